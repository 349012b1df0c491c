"""Makes the seeds of Corpus/verifiers, Corpus/vectors and Corpus/readers from the vectors and payloads of the other tests.

Run in this folder after a scheme or a reader was added; the other seeds are written by hand.
"""

import base64
import json
import os
import pathlib
import shutil

TESTS = pathlib.Path(__file__).parent.parent
CORPUS = pathlib.Path(__file__).parent / "Corpus"
# The fuzz target's schemes that have settings, by the vectors' scheme; vectors with other settings are left out.
CONFIGS = {
    "shared-header": {"shared-header": {"header": "Authorization"}},
    "generic-hmac": {
        "generic-hmac": {"header": "X-Signature", "timestamp_header": "X-Timestamp", "timestamp_unit": "s"},
        "generic-hmac-base64": {"header": "X-SFX-Signature", "encoding": "base64"},
        "generic-hmac-t-v1": {"header": "Example-Signature", "style": "t-v1"},
    },
}
KINDS = {
    "slack": "slack", "jira": "jira", "standard": "standard-webhooks", "sentinel": "sentinel",
    "freshservice": "freshservice", "zammad": "zammad", "thehive": "thehive", "opsgenie": "opsgenie", "splunk": "splunk",
    "servicenow": "servicenow", "pagerduty": "pagerduty", "github": "github", "gitlab": "gitlab", "linear": "linear",
    "zendesk": "zendesk", "mattermost": "mattermost", "discord": "discord", "zulip": "zulip", "rocketchat": "rocketchat",
    "teams": "teams", "google": "google-chat",
}


def fresh(name):
    folder = CORPUS / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def request(vector):
    """A vector as the target reads it; None if it cannot be written so."""
    scheme, headers = vector["scheme"], []
    config = vector.get("config") or {}
    if scheme in CONFIGS:
        fitting = [name for name, wanted in CONFIGS[scheme].items() if wanted.items() <= config.items()]
        if not fitting:
            return None
        scheme = fitting[0]
    if scheme == "jwt-bearer" or vector.get("secret_encoding") or "\n" in vector["secret"]:
        return None
    for name, values in vector["headers"].items():
        for value in values if isinstance(values, list) else [values]:
            headers.append(f"{name}:{value}")
    head = "\n".join([scheme, str(vector["now_unix"] * 1000), vector["secret"], *headers]) + "\n\n"
    return head.encode() + base64.b64decode(vector["body_base64"])


def main():
    verifiers, files, readers = fresh("verifiers"), fresh("vectors"), fresh("readers")
    seen = {}
    for path in sorted((TESTS / "AuthenticatingTests" / "Vectors").glob("*.json")):
        for vector in json.loads(path.read_text()):
            body = base64.b64decode(vector["body_base64"])
            data = request(vector)
            key = (vector["scheme"], path.stem, data is None)
            if vector["expect"] != "accept" or len(body) > 2048 or seen.get(key, 0) >= 2:
                continue
            seen[key] = seen.get(key, 0) + 1
            name = vector["id"].replace("/", "-")
            if seen[key] == 1:
                (files / name).write_text(json.dumps([vector]))
            if data is not None:
                (verifiers / name).write_bytes(data)
    secret = "0123456789abcdef0123456789abcdef"
    (verifiers / "path-secret").write_bytes(f"path-secret\n0\n{secret}\npath-secret:{secret}\n\n{{}}".encode())
    for path in sorted((TESTS / "ClassifyingTests" / "Payloads").iterdir()):
        if path.name == "expected_fields.json":
            continue
        word = next(part for part in path.stem.split("_") if part != "extra")
        kind = KINDS.get(word)
        if kind is None:
            print(f"no kind for {path.name}: add it to KINDS")
            continue
        body = path.read_bytes()
        if path.suffix == ".json":
            body = json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
        (readers / path.stem).write_bytes(kind.encode() + b"\n" + body)
    (readers / "zammad-html").write_bytes(
        b'zammad\n{"ticket":{"number":"1","updated_by":{"id":8},"updated_at":"2026-08-31T10:44:20Z"},"article":{"type":"note",'
        b'"sender":"Agent","content_type":"text/html","created_at":"2026-08-31T10:44:20Z",'
        b'"body":"<p>bascule isolate&nbsp;ws-1 <b>for 8h</b></p><blockquote>x</blockquote>&#65;"}}'
    )
    print({folder.name: len(list(folder.iterdir())) for folder in (verifiers, files, readers)})


if __name__ == "__main__":
    os.chdir(pathlib.Path(__file__).parent)
    main()
