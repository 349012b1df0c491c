"""Commands signed by PyNaCl as Discord, and tokens signed by PyJWT as Google Chat, are answered; tampered ones are not.

BASCULE is the path of the built program. Exits with 0 if everything holds.
"""

import contextlib
import json
import sys
import tempfile
import time
import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from nacl.signing import SigningKey
from systems_sign import ask, expect, program, write

DISCORD = SigningKey(bytes(range(32)))
GOOGLE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ISSUER, AUDIENCE = "chat@system.gserviceaccount.com", "492017735501"

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
  guild:  {{ kind: discord, guilds: ["1278000000000000003"], public-keys: ["{public}"] }}
  google: {{ kind: google-chat, audience: "{audience}", keys: keys.json }}
routes:
  - {{ from: guild, command: /contain }}
  - {{ from: google, command: mention }}
people: {{ mia: {{ guild: "1278000000000000006", google: users/100000000000000000001 }} }}
groups: {{ soc: [mia] }}
grants:
  - {{ allow: [scan], to: [soc], machines: {{ os: client }} }}
"""


def interaction(body, key=DISCORD, moment=None):
    stamp = str(int(moment or time.time()))
    signature = key.sign(stamp.encode() + body).signature.hex()
    return {"X-Signature-Ed25519": signature, "X-Signature-Timestamp": stamp}


def command(text):
    return json.dumps({
        "type": 2, "id": str(uuid.uuid4().int % 10**18), "application_id": "1", "token": "t", "version": 1,
        "guild_id": "1278000000000000003", "channel_id": "1278000000000000004",
        "data": {"id": "5", "name": "contain", "type": 1, "options": [{"name": "text", "type": 3, "value": text}]},
        "member": {"user": {"id": "1278000000000000006", "username": "mia"}, "roles": []},
    }).encode()


def discord(hooks):
    url = f"{hooks}/hooks/guild"
    ping = json.dumps({"type": 1}).encode()
    status, body = ask(url, ping, interaction(ping))
    expect("Discord's ping is answered", (status, json.loads(body)), (200, {"type": 1}))
    scan = command("scan host-1 because SEC-1")
    for what, headers in [
        ("with another key", interaction(scan, SigningKey(bytes(range(1, 33))))),
        ("ten minutes old", interaction(scan, moment=time.time() - 600)),
        ("for another body", interaction(ping)),
    ]:
        expect(f"a command signed {what} is not taken", ask(url, scan, headers)[0], 401)
    status, body = ask(url, scan, interaction(scan))
    expect("as Discord signs it is", status, 200)
    expect("and answered in Discord's form", "scan host-1: recorded." in json.loads(body)["data"]["content"], True)


def google(hooks):
    url = f"{hooks}/hooks/google"
    sender = {"name": "users/100000000000000000001", "displayName": "Mia", "type": "HUMAN"}
    body = json.dumps({
        "type": "MESSAGE", "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "message": {
            "name": "spaces/AAAA/messages/" + uuid.uuid4().hex[:8], "sender": sender, "text": "@bascule scan host-2",
            "argumentText": " scan host-2", "thread": {"name": "spaces/AAAA/threads/t1"}, "space": {"name": "spaces/AAAA"},
        },
        "user": sender, "space": {"name": "spaces/AAAA", "type": "ROOM"},
    }).encode()

    def bearer(key=GOOGLE, kid="k1", **changed):
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 600, **changed}
        return {"Authorization": "Bearer " + jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})}

    public = GOOGLE.public_key()
    for what, headers in [
        ("another key", bearer(OTHER)), ("a key that is not in the set", bearer(kid="k2")), ("another audience", bearer(aud="1")),
        ("another issuer", bearer(iss="me")), ("an end in the past", bearer(exp=int(time.time()) - 900)),
        ("no signature", {"Authorization": "Bearer " + jwt.encode({"iss": ISSUER, "aud": AUDIENCE}, None, algorithm="none")}),
        ("the public key as a password", {
            "Authorization": "Bearer " + jwt.encode(
                {"iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 600}, str(public.public_numbers().n), algorithm="HS256",
                headers={"kid": "k1"},
            )
        }),
    ]:
        expect(f"a token with {what} proves nothing", ask(url, body, headers)[0], 401)
    status, answer = ask(url, body, bearer())
    expect("as Google signs it is believed", status, 200)
    expect("and answered in Google's form", "scan host-2: recorded." in json.loads(answer)["text"], True)


def main():
    machines = "\n".join(
        f'  - {{ id: "{digit * 40}", computerDnsName: host-{digit}.corp.example, osPlatform: Windows11 }}' for digit in "12"
    )
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        script = write(folder, "script.yaml", f"machines:\n{machines}\nactions: {{ delay: 0.5 }}\n")
        world = stack.enter_context(program(["simulate", "--tls", "--script", script], folder))
        write(folder, "app.secret", world["secret"] + "\n")
        key = {**json.loads(RSAAlgorithm.to_jwk(GOOGLE.public_key())), "kid": "k1", "alg": "RS256", "use": "sig"}
        write(folder, "keys.json", json.dumps({"keys": [key]}))
        public = bytes(DISCORD.verify_key).hex()
        config = write(folder, "bascule.yaml", SETTINGS.format(public=public, audience=AUDIENCE, **world))
        bridge = stack.enter_context(program(["serve", "--config", config], folder))
        discord(bridge["hooks"])
        google(bridge["hooks"])


if __name__ == "__main__":
    sys.exit(main())
