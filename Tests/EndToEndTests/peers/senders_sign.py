"""Deliveries signed by slack_sdk and by standardwebhooks are taken, done once and told, by real processes over TLS.

BASCULE is the path of the built program. Exits with 0 if everything holds.
"""

import datetime
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid

from slack_sdk.signature import SignatureVerifier
from standardwebhooks.webhooks import Webhook
from systems_sign import ask, expect, program, until, write

LAPTOP = "7" * 40
HOST = "9" * 40
SLACK_KEY = "8f742231b10e8888abcd99yyyzzz85a5"
SIEM_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

SCRIPT = f"""
machines:
  - {{ id: "{LAPTOP}", computerDnsName: laptop-7.corp.example, osPlatform: Windows11 }}
  - {{ id: "{HOST}", computerDnsName: host-9.corp.example, osPlatform: Windows11 }}
actions: {{ delay: 0.5 }}
"""

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
  soc-chat: {{ kind: slack, workspaces: [T024], secret: {{ file: slack.key }}, reply: {{ token: {{ file: bot.token }}, url: "{chat}/api", hosts: ["{chat_host}"] }} }}
  siem:     {{ kind: standard-webhooks, secret: {{ file: siem.key }} }}
routes:
  - {{ from: soc-chat, command: /mde }}
  - {{ from: siem, when: .type == "alert.raised", do: scan, machine: .data.host, because: .data.rule }}
people:   {{ mia: {{ soc-chat: T024/U2147 }} }}
services: {{ sentinel: {{ source: siem }} }}
grants:
  - {{ allow: [isolate], to: [mia], machines: {{ os: client }} }}
  - {{ allow: [scan], to: [sentinel], machines: {{ os: client }} }}
watch:    {{ every: 1s, sweep: 5m }}
"""


def slack_command(hooks, world, text, key=SLACK_KEY, stamp=None):
    body = urllib.parse.urlencode({
        "team_id": "T024", "channel_id": "C05SOCOPS7", "user_id": "U2147", "user_name": "mia",
        "command": "/mde", "text": text, "trigger_id": "1." + uuid.uuid4().hex,
        "response_url": f"{world['chat']}/commands/T024/1/{uuid.uuid4().hex}",
    })
    stamp = stamp or str(int(time.time()))
    signature = SignatureVerifier(key).generate_signature(timestamp=stamp, body=body)
    return ask(f"{hooks}/hooks/soc-chat", body.encode(), {
        "X-Slack-Signature": signature, "X-Slack-Request-Timestamp": stamp,
        "Content-Type": "application/x-www-form-urlencoded",
    })


def alert(hooks, body, key=SIEM_KEY, identifier=None, moment=None):
    identifier = identifier or "msg_" + uuid.uuid4().hex
    moment = moment or datetime.datetime.now(tz=datetime.timezone.utc)
    return ask(f"{hooks}/hooks/siem", body.encode(), {
        "webhook-id": identifier, "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(key).sign(identifier, moment, body), "Content-Type": "application/json",
    })


def check(world, bridge):
    hooks = bridge["hooks"]
    status, answer = slack_command(hooks, world, "isolate laptop-7 because SEC-1: beacon, “quoted” & <odd>")
    expect("a command signed by slack_sdk is taken", status, 200)
    expect("and answered in words", b"recorded" in answer, True)
    expect("with another key it is not", slack_command(hooks, world, "isolate laptop-7", key="other")[0], 401)
    old = str(int(time.time()) - 600)
    expect("nor ten minutes later", slack_command(hooks, world, "isolate laptop-7", stamp=old)[0], 401)

    body = json.dumps({"type": "alert.raised", "data": {"host": "host-9", "rule": "Malware – ü"}}, ensure_ascii=False)
    identifier, moment = "msg_1", datetime.datetime.now(tz=datetime.timezone.utc)
    first = alert(hooks, body, identifier=identifier, moment=moment)
    expect("a delivery signed by standardwebhooks is taken", first[0], 202)
    expect("and again gets the first answer", alert(hooks, body, identifier=identifier, moment=moment), first)
    other = "whsec_" + "A" * 32
    expect("with another key it is not taken", alert(hooks, body, key=other)[0], 401)

    def journal():
        return json.loads(ask(f"{world['defender']}/simulator/journal", ca=world["ca"])[1])

    def told():
        texts = [m["text"] for m in json.loads(ask(f"{world['defender']}/simulator/messages", ca=world["ca"])[1])]
        return any("isolate laptop-7.corp.example: succeeded" in text for text in texts)

    until("chat is told that it succeeded", told)
    scan = f"/api/machines/{HOST}/runAntiVirusScan"
    until("the scan is posted", lambda: any(c["path"] == scan and c["executed"] for c in journal()))
    executed = sorted(call["path"] for call in journal() if call["executed"])
    expect("each was done once", executed, sorted([f"/api/machines/{LAPTOP}/isolate", scan]))


def succeeded(folder, config):
    """Both jobs, as the ledger tells them to the command."""
    output = subprocess.run(
        [os.environ["BASCULE"], "jobs", "list", "--json", "--config", config],
        cwd=folder, capture_output=True, text=True, check=True, env={}, timeout=60,
    ).stdout
    return sorted((job["action"], job["state"]) for job in json.loads(output)) == [
        ("isolate", "succeeded"), ("scan", "succeeded"),
    ]


def main():
    with tempfile.TemporaryDirectory() as folder:
        script = write(folder, "script.yaml", SCRIPT)
        with program(["simulate", "--tls", "--script", script], folder) as world:
            for name, value in [
                ("slack.key", SLACK_KEY), ("siem.key", SIEM_KEY), ("bot.token", "xoxb-1-test"),
                ("app.secret", world["secret"]),
            ]:
                write(folder, name, value + "\n")
            host = world["chat"].removeprefix("https://")
            config = write(folder, "bascule.yaml", SETTINGS.format(chat_host=host, **world))
            with program(["serve", "--config", config], folder) as bridge:
                check(world, bridge)
                until("both succeeded", lambda: succeeded(folder, config))


if __name__ == "__main__":
    sys.exit(main())
