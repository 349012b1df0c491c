"""Our requests for tokens beside those of MSAL and azure-identity, field by field, as the simulator's journal has them.

What may differ is listed with its reason; a difference that is not listed fails, and so does one that is listed and
no longer there. BASCULE is the path of the built program. Exits with 0 if everything holds.
"""

import base64
import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import azure_identity_gets_tokens as azure_side
import msal
import msal_gets_tokens as msal_side
from msal_gets_tokens import IDENTITY, SCOPE, expect, read, simulator

SETTINGS = """
listen:   {{ hooks: 127.0.0.1:0, console: 127.0.0.1:0 }}
ledger:   sqlite:ledger.db
{trust}
defender:
  cloud: {{ api: "{defender}", login: "{entra}", scope: "https://api.securitycenter.microsoft.com/.default" }}
  tenant: {tenant}
  application: {{ client: {client}, {credential} }}
sources:
  siem: {{ kind: standard-webhooks, secret: {{ file: siem.key }} }}
routes:
  - {{ from: siem, do: scan, machine: .data.host, because: .data.rule }}
services: {{ sentinel: {{ source: siem }} }}
grants:
  - {{ allow: [scan], to: [sentinel], machines: {{ os: client }} }}
"""

# What belongs to the connection and says nothing of the request.
CONNECTION = {"host", "user-agent", "accept-encoding", "connection", "content-length"}

# Reasons that more than one comparison has.
INFO = "asks for an account's id, which application context has not"
TELEMETRY = "counts what the library does; nothing depends on it"
CORRELATION = "names one request in the logs of both sides; fresh each time"
BEGIN = "says from when the assertion is good; MSAL for Go sends it too"
FRESH = "made anew for each request"
TIMES = "of another moment; ours is dated back a minute and in whole seconds, theirs has fractions; RFC 7519 allows both"
PADDING = "theirs is padded with =, which base64url in a JWT has not"
SHA1 = "theirs keeps to RS256 and a SHA-1 thumbprint, which Entra ID still takes"
ACCEPT = "ours says what it can read; theirs says */*"
WHOLE_CHAIN = "theirs sends the certificate alone, with line ends in it; ours the chain as far as the file has it"

SIGNED = {
    "form differs: client_assertion": FRESH,
    "claim differs: exp": TIMES, "claim differs: iat": TIMES, "claim differs: jti": FRESH,
    "claim only ours: nbf": BEGIN,
}
MSAL_CALL = {
    "form only theirs: client_info": INFO,
    "header differs: client-request-id": CORRELATION,
    **{f"header only theirs: {name}": TELEMETRY for name in (
        "x-client-sku", "x-client-ver", "x-client-os", "x-ms-lib-capability", "x-client-current-telemetry",
        "x-client-last-telemetry",
    )},
}
AZURE_CALL = {**MSAL_CALL, "header only theirs: x-ms-client-request-id": CORRELATION}
MSAL_IMDS = {
    "header only theirs: x-client-sku": TELEMETRY, "header only theirs: x-client-ver": TELEMETRY,
    "header differs: x-ms-client-request-id": CORRELATION, "header differs: accept": ACCEPT,
}
MSAL_PLATFORM = {"header only ours: x-ms-client-request-id": CORRELATION, "header differs: accept": ACCEPT}
AZURE_PLATFORM = {"header differs: x-ms-client-request-id": CORRELATION, "header differs: accept": ACCEPT}


def call(world, method, path):
    context = ssl.create_default_context(cafile=world["ca"]) if world["defender"].startswith("https") else None
    request = urllib.request.Request(world["defender"] + path, method=method)
    with urllib.request.urlopen(request, context=context, timeout=20) as answer:
        return answer.read()


def token_calls(world):
    """Requests for tokens so far; metadata of the directory is none."""
    entries = json.loads(call(world, "GET", "/simulator/journal"))
    return [one for one in entries if one["path"].endswith("/token")]


def recorded(world, ask):
    """The first request for a token that `ask` makes."""
    call(world, "POST", "/simulator/reset")
    ask()
    calls = token_calls(world)
    assert calls, "nothing was asked for"
    return calls[0]


def our_request(world, credential, client=None, environment=None):
    """What the bridge sends when it starts with that credential."""
    with tempfile.TemporaryDirectory() as folder:
        trust = f'trust: {{ file: "{world["ca"]}" }}' if world["defender"].startswith("https") else ""
        fields = {**world, "credential": credential, "trust": trust, "client": client or world["client"]}
        files = {"bascule.yaml": SETTINGS.format(**fields), "siem.key": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
        for name, text in files.items():
            with open(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(text)

        def ask():
            process = subprocess.Popen(
                [os.environ["BASCULE"], "serve", "--config", "bascule.yaml"],
                cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment or {},
            )
            try:
                assert process.stdout.readline(), "the bridge did not start"
                end = time.monotonic() + 30
                while not token_calls(world) and time.monotonic() < end:
                    time.sleep(0.1)
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=40)
            finally:
                process.kill()
                process.wait()

        return recorded(world, ask)


def form(entry):
    """The fields of the body or of the query; no name comes twice."""
    text = entry["body"] if entry["method"] == "POST" else entry["query"]
    pairs = urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs), pairs
    return dict(pairs)


def assertion(entry):
    """Header and claims of an assertion that the application signed itself."""
    parts = form(entry).get("client_assertion", "").split(".")
    if len(parts) != 3:
        return {}, {}
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
    return header, claims


def headers(entry):
    return {name: values for name, values in entry["headers"].items() if name not in CONNECTION}


def differences(ours, theirs):
    """Every difference between two requests, in words."""
    found = set()
    if (ours["method"], ours["path"]) != (theirs["method"], theirs["path"]):
        found.add(f"address: {ours['method']} {ours['path']} and {theirs['method']} {theirs['path']}")
    parts = [("form", form(ours), form(theirs)), ("header", headers(ours), headers(theirs))]
    if form(ours).get("client_assertion") != form(theirs).get("client_assertion"):
        parts.append(("assertion's header", assertion(ours)[0], assertion(theirs)[0]))
        parts.append(("claim", assertion(ours)[1], assertion(theirs)[1]))
    for name, mine, other in parts:
        found |= {f"{name} only ours: {key}" for key in mine.keys() - other.keys()}
        found |= {f"{name} only theirs: {key}" for key in other.keys() - mine.keys()}
        found |= {f"{name} differs: {key}" for key in mine.keys() & other.keys() if mine[key] != other[key]}
    return found


def compare(what, ours, theirs, allowed):
    expect(f"{what}: only what is listed differs", sorted(differences(ours, theirs)), sorted(allowed))
    for name, entry in (("ours", ours), ("theirs", theirs)):
        claims = assertion(entry)[1]
        # An external issuer's token has times of its own.
        if "jti" in claims:
            expect(f"{what}: {name} is good for ten minutes", round(claims["exp"] - claims["iat"]), 600)


def msal_request(world, credential):
    ask = lambda: msal_side.application(world, credential).acquire_token_for_client(scopes=SCOPE)
    return recorded(world, ask)


def azure_request(world, name):
    credential = next(one for title, one, _ in azure_side.credentials(world) if title == name)
    return recorded(world, lambda: credential.get_token(*SCOPE))


def check_secrets(world):
    ours = our_request(world, f'secret: {{ file: "{secret_file(world)}" }}')
    compare("secret, MSAL", ours, msal_request(world, world["secret"]), MSAL_CALL)
    compare("secret, azure-identity", ours, azure_request(world, "a secret"), AZURE_CALL)


def secret_file(world):
    path = msal_side.beside(world, "secret")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(world["secret"])
    return path


def check_certificates(world):
    known = {name: credential for name, credential, _ in msal_side.credentials(world)}
    folder = os.path.dirname(world["ca"])
    padded = {**SIGNED, "assertion's header differs: x5t#S256": PADDING}
    pem = our_request(world, f'certificate: {{ file: "{folder}/app.pem" }}')
    compare(
        "certificate, MSAL", pem, msal_request(world, known["a certificate, PS256"]),
        {**MSAL_CALL, **padded, "assertion's header only theirs: x5c": "ours sends it only where `chain` is set"},
    )
    old = {
        **SIGNED, "assertion's header differs: alg": SHA1, "assertion's header only theirs: x5t": SHA1,
        "assertion's header only ours: x5t#S256": SHA1,
    }
    compare(
        "certificate by its SHA-1 thumbprint, MSAL", pem,
        msal_request(world, known["a certificate's SHA-1 thumbprint, RS256"]), {**MSAL_CALL, **old},
    )
    compare("certificate, azure-identity", pem, azure_request(world, "a certificate"), {**AZURE_CALL, **old})
    pfx = f'file: "{folder}/app.pfx", password: {{ file: "{folder}/app.pfx.password" }}'
    ours = our_request(world, f"certificate: {{ {pfx} }}")
    compare("PKCS #12, MSAL", ours, msal_request(world, known["PKCS #12"]), {**MSAL_CALL, **padded})
    compare("PKCS #12, azure-identity", ours, azure_request(world, "PKCS #12"), {**AZURE_CALL, **old})
    chained = our_request(world, f"certificate: {{ {pfx}, chain: yes }}")
    theirs = msal_request(world, known["PKCS #12 with its chain"])
    compare(
        "PKCS #12 with its chain, MSAL", chained, theirs,
        {**MSAL_CALL, **padded, "assertion's header differs: x5c": WHOLE_CHAIN},
    )
    mine, other = (["".join(one.split()) for one in assertion(entry)[0]["x5c"]] for entry in (chained, theirs))
    expect("both begin with the application's certificate", mine[0], other[0])
    chained = our_request(world, f'certificate: {{ file: "{folder}/app-next.pem", chain: yes }}')
    theirs = azure_request(world, "the second certificate with its chain")
    compare("chain, azure-identity", chained, theirs, {**AZURE_CALL, **old})


def check_federated(world):
    known = {name: credential for name, credential, _ in msal_side.credentials(world)}
    ours = our_request(world, f'federated: {{ file: "{os.path.dirname(world["ca"])}/federated.jwt" }}')
    compare("federated token, MSAL", ours, msal_request(world, known["a federated token"]), MSAL_CALL)
    compare(
        "federated token, azure-identity", ours, azure_request(world, "a workload's federated token"),
        {
            "header differs: accept": ACCEPT,
            "header only ours: client-request-id": CORRELATION,
            "header only theirs: x-ms-client-request-id": CORRELATION,
        },
    )


def check_managed(world):
    environments = {
        "imds": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": world["entra"]},
        "app-service": {
            "IDENTITY_ENDPOINT": world["entra"] + "/msi/token", "IDENTITY_HEADER": read(world, "identity-header"),
        },
        # The folder of Arc's keys is fixed, so that ours ends with the first of two requests; that one is compared.
        "arc": {
            "IDENTITY_ENDPOINT": world["entra"] + "/metadata/identity/oauth2/token", "IMDS_ENDPOINT": world["entra"],
        },
    }
    msal_allowed = {"imds": MSAL_IMDS, "app-service": MSAL_PLATFORM, "arc": MSAL_PLATFORM}
    azure_allowed = {"imds": MSAL_IMDS, "app-service": AZURE_PLATFORM, "arc": AZURE_PLATFORM}
    assigned = {"client_id": IDENTITY["client"]}
    for kind, environment in environments.items():
        ours = our_request(world, "managed-identity: system", environment=environment)
        theirs = recorded(world, lambda: msal_side.managed(world, kind))
        compare(f"{kind}, MSAL", ours, theirs, msal_allowed[kind])
        theirs = recorded(world, lambda: azure_side.managed(world, kind))
        compare(f"{kind}, azure-identity", ours, theirs, azure_allowed[kind])
        credential = f"managed-identity: {{ client: {IDENTITY['client']} }}"
        ours = our_request(world, credential, IDENTITY["client"], environment)
        identity = msal.UserAssignedManagedIdentity(**assigned)
        theirs = recorded(world, lambda: msal_side.managed(world, kind, identity))
        compare(f"{kind}, user-assigned, MSAL", ours, theirs, msal_allowed[kind])
        theirs = recorded(world, lambda: azure_side.managed(world, kind, **assigned))
        compare(f"{kind}, user-assigned, azure-identity", ours, theirs, azure_allowed[kind])


def main():
    with simulator("--tls") as world:
        check_secrets(world)
        check_certificates(world)
        check_federated(world)
    # Platforms speak plain http.
    with simulator() as world:
        check_managed(world)


if __name__ == "__main__":
    sys.exit(main())
