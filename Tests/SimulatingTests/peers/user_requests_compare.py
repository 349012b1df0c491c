"""What `bascule login` and `run --as-me` send to Entra ID, field by field beside what MSAL for Python sends.

Both sign the same user in at the same simulator, whose journal holds every request. A difference that is not in
the lists below fails. BASCULE is the path of the built program. Exits with 0 if everything holds.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from user_flows import SCOPE, World, expect  # noqa: E402

# Fields that only one of the two sends, and why that is right.
ONLY_MSAL = {
    "client_info": "MSAL keys its cache of accounts with it; one sign-in a file needs no such key",
    "code": "of a device code: the v1 name of `device_code`, sent beside it for old servers",
}
ONLY_OURS = {
    "prompt": "select_account: an action is in somebody's name, so that who signs in is asked and not assumed",
    "response_mode": "query is the default and is said all the same",
    "client-request-id": "names the attempt in Entra's sign-in logs; MSAL sends it with token requests only",
}
# Fields that differ each time, by their nature.
FRESH = {"device_code", "code", "code_verifier", "code_challenge", "state", "nonce", "refresh_token", "redirect_uri",
         "client-request-id"}
# Headers of MSAL's own: what it is and how it fares.
HEADERS_MSAL = {
    "x-client-sku", "x-client-ver", "x-client-os", "x-client-cpu", "x-ms-lib-capability",
    "x-client-current-telemetry", "x-client-last-telemetry", "x-anchormailbox",
    # Of Python's HTTP library.
    "user-agent", "accept-encoding", "connection", "cookie",
}
HEADERS_OURS = {"user-agent"}


def fields(text):
    pairs = urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=True)
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), names
    return dict(pairs)


def journal(world):
    return json.loads(world.open(world["defender"] + "/simulator/journal")[2])


def requests(world, since):
    """The last request of each flow after `since`, by flow."""
    found = {}
    for call in journal(world):
        if call["n"] <= since:
            continue
        step = call["path"].rsplit("/", 1)[-1]
        if step == "authorize":
            found["authorize"] = (fields(call["query"]), call["headers"])
        elif step == "devicecode":
            found["devicecode"] = (fields(call["body"]), call["headers"])
        elif step == "token":
            form = fields(call["body"])
            found[form["grant_type"]] = (form, call["headers"])
    return found


def by_msal(world):
    since = len(journal(world))
    application = world.msal()
    flow = application.initiate_device_flow(scopes=SCOPE)
    world.answer(flow["verification_uri"], flow["user_code"])
    assert "access_token" in application.acquire_token_by_device_flow(flow)
    account = application.get_accounts()[0]
    assert application.acquire_token_silent(SCOPE, account=account, force_refresh=True)
    flow = application.initiate_auth_code_flow(SCOPE, redirect_uri="http://localhost:5000")
    assert "access_token" in application.acquire_token_by_auth_code_flow(flow, world.browse(flow["auth_uri"]))
    return requests(world, since)


def by_us(world):
    since = len(journal(world))
    config = os.path.join(world.folder.name, "bascule.yaml")
    with open(config, "w") as file:
        file.write(f"""
ledger: sqlite:ledger.db
control: control.sock
trust: {{ file: {world["ca"]} }}
defender:
  cloud: {{ api: "{world["defender"]}", login: "{world["entra"]}", scope: "{SCOPE[0]}" }}
  tenant: {world["tenant"]}
  application: {{ client: {world["client"]}, secret: {{ env: APP }} }}
  user: {{ client: {world["user_client"]} }}
sources: {{ siem: {{ kind: standard-webhooks, secret: {{ env: SIEM }} }} }}
""")
    environment = {"XDG_STATE_HOME": os.path.join(world.folder.name, "state"), "PATH": os.environ.get("PATH", "")}

    def bascule(*arguments):
        return subprocess.Popen(
            [os.environ["BASCULE"], *arguments, "--config", config],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )

    def login(play, *arguments):
        process = bascule("login", "--json", *arguments)
        play(json.loads(process.stdout.readline()))
        output, errors = process.communicate(timeout=60)
        expect(f"bascule login {' '.join(arguments)}".strip(), (process.returncode, errors), (0, ""))
        return json.loads(output)

    def open_page(line):
        back = urllib.parse.urlencode(world.browse(line["open"]))
        redirect = fields(urllib.parse.urlsplit(line["open"]).query)["redirect_uri"]
        status, _, _ = world.open(redirect.replace("localhost", "127.0.0.1") + "/?" + back)
        assert status == 200, status

    login(lambda line: world.answer(line["open"], line["code"]))
    signed_in = login(open_page, "--browser")
    expect("whoever signed in", signed_in["user"], world["user"])
    # No bridge runs: the sign-in is renewed, and then nobody answers at the socket.
    process = bascule("run", "isolate", "laptop-7", "--as-me")
    _, errors = process.communicate(timeout=60)
    expect("without a bridge", (process.returncode, "No bridge answers" in errors), (3, True))
    return requests(world, since)


def compare(flow, ours, theirs):
    (our_fields, our_headers), (their_fields, their_headers) = ours, theirs
    only_msal = dict(ONLY_MSAL)
    if flow != "urn:ietf:params:oauth:grant-type:device_code":
        del only_msal["code"]
    missing = set(their_fields) - set(our_fields) - set(only_msal)
    added = set(our_fields) - set(their_fields) - set(ONLY_OURS)
    expect(f"{flow}: no field of MSAL's is missing", missing, set())
    expect(f"{flow}: no field is added", added, set())
    for name in sorted(set(our_fields) & set(their_fields) - FRESH):
        found, wanted = our_fields[name], their_fields[name]
        if name == "scope":
            found, wanted = sorted(found.split()), sorted(wanted.split())
        expect(f"{flow}: {name}", found, wanted)
    for name in sorted(FRESH & set(our_fields) & set(their_fields) - {"redirect_uri", "client-request-id"}):
        expect(f"{flow}: {name} is fresh", our_fields[name] != their_fields[name], True)
    if "redirect_uri" in our_fields:
        found = urllib.parse.urlsplit(our_fields["redirect_uri"])
        wanted = urllib.parse.urlsplit(their_fields["redirect_uri"])
        expect(f"{flow}: redirect_uri but for its port", (found.scheme, found.hostname, found.path, found.query),
               (wanted.scheme, wanted.hostname, wanted.path, wanted.query))
    if flow == "authorize":
        expect("authorize: the challenge has the length of MSAL's", len(our_fields["code_challenge"]),
               len(their_fields["code_challenge"]))
        return
    if "code_verifier" in our_fields:
        expect(f"{flow}: the verifier is as long as MSAL's", len(our_fields["code_verifier"]),
               len(their_fields["code_verifier"]))
    expect(f"{flow}: no header of MSAL's is missing", set(their_headers) - set(our_headers) - HEADERS_MSAL, set())
    expect(f"{flow}: no header is added", set(our_headers) - set(their_headers) - HEADERS_OURS, set())
    expect(f"{flow}: the content type", our_headers["content-type"], their_headers["content-type"])
    # MSAL asks for JSON everywhere but at the device code's address, where it takes anything.
    expect(f"{flow}: what is accepted", our_headers["accept"], ["application/json"])


def main():
    with World() as world:
        theirs, ours = by_msal(world), by_us(world)
    flows = ["devicecode", "urn:ietf:params:oauth:grant-type:device_code", "authorize", "authorization_code",
             "refresh_token"]
    expect("the flows of MSAL", sorted(theirs), sorted(flows))
    expect("our flows", sorted(ours), sorted(flows))
    for flow in flows:
        compare(flow, ours[flow], theirs[flow])


if __name__ == "__main__":
    sys.exit(main())
