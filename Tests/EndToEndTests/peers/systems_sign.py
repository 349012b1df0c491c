"""Deliveries signed by svix, stripe and PyNaCl are taken and tampered ones are not; callbacks are believed by standardwebhooks and svix.

BASCULE is the path of the built program. Exits with 0 if everything holds.
"""

import base64
import contextlib
import datetime
import http.server
import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid

import stripe
from nacl.signing import SigningKey
from standardwebhooks.webhooks import Webhook as StandardWebhook
from svix.webhooks import Webhook as SvixWebhook

SVIX_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STRIPE_KEY = "whsec_stripe_endpoint_secret_of_the_tests"
NEW_KEY = "whsec_bmV3IGtleSBvZiAzMiBieXRlcyBmb3IgdGVzdHMhISE="
OLD_KEY = "whsec_b2xkIGtleSBvZiAzMiBieXRlcyBmb3IgdGVzdHMhISE="
PRIVATE = SigningKey(bytes(range(32)))
PUBLIC = "whpk_" + base64.b64encode(bytes(PRIVATE.verify_key)).decode()

SETTINGS = """
listen:   {{ hooks: 127.0.0.1:0, console: 127.0.0.1:0 }}
control:  control.sock
ledger:   sqlite:ledger.db
trust:    {{ file: "{ca}" }}
defender:
  cloud: {{ api: "{defender}", login: "{entra}", scope: "https://api.securitycenter.microsoft.com/.default" }}
  tenant: {tenant}
  application: {{ client: {client}, secret: {{ file: app.secret }} }}
sources:
  portal: {{ kind: callback, reply: {{ url: "{portal}", secret: [ {{ file: new.key }}, {{ file: old.key }} ] }} }}
  relay:  {{ kind: callback, reply: {{ url: "{relay}", secret: [ {{ file: new.key }}, {{ file: old.key }} ] }} }}
  events: {{ kind: svix, secret: {{ file: svix.key }}, reply: {{ callback: portal }} }}
  shop:   {{ kind: hmac, header: Stripe-Signature, style: t-v1, secret: {{ file: stripe.key }}, reply: {{ callback: relay }} }}
  signer: {{ kind: standard-webhooks, public-keys: ["{public}"], reply: {{ callback: portal }} }}
routes:
  - {{ from: events, do: scan, machine: .data.host, because: .data.rule }}
  - {{ from: shop, do: scan, machine: .data.host, because: .data.rule }}
  - {{ from: signer, do: scan, machine: .data.host, because: .data.rule }}
services: {{ a: {{ source: events }}, b: {{ source: shop }}, c: {{ source: signer }} }}
grants:
  - {{ allow: [scan], to: [a, b, c], machines: {{ os: client }} }}
watch:    {{ every: 1s, sweep: 5m }}
"""


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes what its own library believes; the first delivery is refused once, to see it come again."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        server = self.server
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            server.verify(body, headers)
        except Exception as error:  # whatever the library raises is a refusal
            server.refused.append(repr(error))
            return self.answer(401)
        server.ids.append(headers["webhook-id"])
        if len(server.ids) == 1:
            return self.answer(503)
        server.events.append(json.loads(body))
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def receiver(verify):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.verify, server.ids, server.events, server.refused = verify, [], [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()


@contextlib.contextmanager
def program(arguments, folder):
    """A run of the program; gives its first line and sees it end with 0."""
    process = subprocess.Popen(
        [os.environ["BASCULE"], *arguments], cwd=folder, stdout=subprocess.PIPE, text=True, env={}
    )
    try:
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        expect(f"{arguments[0]} ends with 0", process.wait(timeout=40), 0)
    finally:
        process.kill()
        process.wait()


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(text)
    return path


def ask(url, body=None, headers=None, ca=None):
    context = ssl.create_default_context(cafile=ca) if ca else None
    request = urllib.request.Request(url, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=20, context=context) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def expect(what, found, wanted):
    assert found == wanted, f"{what}: {found!r} instead of {wanted!r}"
    print("holds:", what)


def until(what, look, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            print("holds:", what)
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {seconds} s")


def svix_headers(body, moment, key=SVIX_KEY, family="svix"):
    identifier = "msg_" + uuid.uuid4().hex
    return {
        f"{family}-id": identifier, f"{family}-timestamp": str(int(moment.timestamp())),
        f"{family}-signature": SvixWebhook(key).sign(identifier, moment, body),
    }


def stripe_headers(body, moment, key=STRIPE_KEY):
    signature = stripe.WebhookSignature.generate_signature_header(body, key, int(moment.timestamp()))
    return {"Stripe-Signature": signature}


def nacl_headers(body, moment, key=PRIVATE):
    identifier, stamp = "msg_" + uuid.uuid4().hex, str(int(moment.timestamp()))
    signature = key.sign(f"{identifier}.{stamp}.{body}".encode()).signature
    return {
        "webhook-id": identifier, "webhook-timestamp": stamp,
        "webhook-signature": "v1a," + base64.b64encode(signature).decode(),
    }


# Source, machine, who signs, and a key that is not the one.
SENDERS = [
    ("events", "host-1", svix_headers, "whsec_" + "A" * 32),
    ("shop", "host-2", stripe_headers, "whsec_another"),
    ("signer", "host-3", nacl_headers, SigningKey(bytes(range(1, 33)))),
]


def alert(host):
    event = {"type": "alert.raised", "data": {"host": host, "rule": "Malware – ü “quoted”"}}
    return json.dumps(event, ensure_ascii=False)


def check(hooks):
    for source, host, sign, other in SENDERS:
        url, body = f"{hooks}/hooks/{source}", alert(host)
        now = datetime.datetime.now(tz=datetime.timezone.utc)
        good = sign(body, now)
        expect(f"{source}: with another body it is not taken", ask(url, (body + " ").encode(), good)[0], 401)
        for name, value in good.items():
            for changed in [value[:-1], value[:-2] + ("A" if value[-2] != "A" else "B") + value[-1], ""]:
                broken = {**good, name: changed}
                expect(f"{source}: nor with {name} changed", ask(url, body.encode(), broken)[0], 401)
        expect(f"{source}: nor with another key", ask(url, body.encode(), sign(body, now, other))[0], 401)
        for minutes in (-10, 10):
            late = sign(body, now + datetime.timedelta(minutes=minutes))
            expect(f"{source}: nor {minutes} minutes off", ask(url, body.encode(), late)[0], 401)
        first = ask(url, body.encode(), good)
        expect(f"{source}: as it was signed it is", first[0], 202)
        expect(f"{source}: and again gets the first answer", ask(url, body.encode(), good), first)
    moment = datetime.datetime.now(tz=datetime.timezone.utc)
    plain = svix_headers(alert("host-4"), moment, family="webhook")
    expect("svix under webhook- names is taken", ask(f"{hooks}/hooks/events", alert("host-4").encode(), plain)[0], 202)
    mixed = {**svix_headers(alert("host-5"), moment), **plain}
    del mixed["svix-signature"]
    expect("a mixture of names is not", ask(f"{hooks}/hooks/events", alert("host-4").encode(), mixed)[0], 401)


def main():
    machines = "\n".join(
        f'  - {{ id: "{digit * 40}", computerDnsName: host-{digit}.corp.example, osPlatform: Windows11 }}' for digit in "12345"
    )
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        script = write(folder, "script.yaml", f"machines:\n{machines}\nactions: {{ delay: 0.5 }}\n")
        standard, svix = StandardWebhook(NEW_KEY), SvixWebhook(OLD_KEY)
        portal = stack.enter_context(receiver(lambda body, headers: standard.verify(body, headers)))
        relay = stack.enter_context(receiver(lambda body, headers: svix.verify(body, headers)))
        world = stack.enter_context(program(["simulate", "--tls", "--script", script], folder))
        for name, value in [
            ("svix.key", SVIX_KEY), ("stripe.key", STRIPE_KEY), ("new.key", NEW_KEY), ("old.key", OLD_KEY),
            ("app.secret", world["secret"]),
        ]:
            write(folder, name, value + "\n")
        urls = {name: f"http://127.0.0.1:{server.server_port}/" for name, server in [("portal", portal), ("relay", relay)]}
        config = write(folder, "bascule.yaml", SETTINGS.format(public=PUBLIC, **urls, **world))
        bridge = stack.enter_context(program(["serve", "--config", config], folder))
        check(bridge["hooks"])

        def done(server, hosts):
            ends = [e["data"] for e in server.events if e["data"]["state"] == "succeeded"]
            return {e["target"] for e in ends} == {f"{host}.corp.example" for host in hosts}

        until("standardwebhooks believes the callbacks, by the new key", lambda: done(portal, ["host-1", "host-3", "host-4"]))
        until("svix believes them, by the old key", lambda: done(relay, ["host-2"]))
        for server in (portal, relay):
            expect("none was refused", server.refused, [])
            expect("what was not taken came again under its id", server.ids.count(server.ids[0]), 2)
            expect("and nothing else came twice", len(set(server.ids)), len(server.events))


if __name__ == "__main__":
    sys.exit(main())
