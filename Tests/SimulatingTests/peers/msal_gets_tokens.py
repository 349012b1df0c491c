"""The real MSAL for Python gets tokens from `bascule simulate --tls`, and Defender's side takes them.

BASCULE is the path of the built program. Exits with 0 if everything holds.
"""

import base64
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
import ssl

# These would override the authority that is given below.
for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
    os.environ.pop(name, None)

import msal  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402

SCOPE = ["https://api.securitycenter.microsoft.com/.default"]


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def application(world, credential, host="127.0.0.1"):
    return msal.ConfidentialClientApplication(
        world["client"],
        authority=world["entra"].replace("127.0.0.1", host) + "/" + world["tenant"],
        client_credential=credential,
        instance_discovery=False,
        verify=world["ca"],
    )


def status_at_defender(world, token):
    request = urllib.request.Request(world["defender"] + "/api/machines", headers={"Authorization": "Bearer " + token})
    context = ssl.create_default_context(cafile=world["ca"])
    try:
        with urllib.request.urlopen(request, context=context, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def expect(what, found, wanted):
    assert found == wanted, f"{what}: {found!r} instead of {wanted!r}"
    print("holds:", what)


def check(world):
    with open(world["certificate"], "rb") as file:
        pem = file.read()
    certificate = x509.load_pem_x509_certificate(pem)
    public = certificate.public_bytes(serialization.Encoding.PEM).decode()
    private = serialization.load_pem_private_key(pem, None).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    thumbprint = certificate.fingerprint(hashes.SHA1()).hex()
    credentials = [
        ("a secret", world["secret"], "1"),
        ("a certificate, PS256", {"private_key": private, "public_certificate": public}, "2"),
        ("a certificate's SHA-1 thumbprint, RS256", {"private_key": private, "thumbprint": thumbprint}, "2"),
    ]
    for name, credential, method in credentials:
        for host in ("127.0.0.1", "localhost"):
            answer = application(world, credential, host).acquire_token_for_client(scopes=SCOPE)
            assert "access_token" in answer, f"{name} at {host}: {answer}"
            expect(f"{name} at {host} gets a token", claims(answer["access_token"])["appidacr"], method)
            expect("its roles", "Machine.Isolate" in claims(answer["access_token"])["roles"], True)
            expect("it opens Defender", status_at_defender(world, answer["access_token"]), 200)
    refused = application(world, "wrong").acquire_token_for_client(scopes=SCOPE)
    expect("a wrong secret is refused", (refused["error"], refused["error_codes"]), ("invalid_client", [7000215]))
    other = application(world, world["secret"]).acquire_token_for_client(scopes=["https://graph.microsoft.com/.default"])
    expect("a token for another API is refused", status_at_defender(world, other["access_token"]), 403)
    expect("an invented token is refused", status_at_defender(world, "e30.e30.AA"), 401)


def main():
    process = subprocess.Popen([os.environ["BASCULE"], "simulate", "--tls"], stdout=subprocess.PIPE, text=True)
    try:
        world = json.loads(process.stdout.readline())
        check(world)
    finally:
        process.terminate()
        code = process.wait(timeout=20)
    expect("the simulator ends when told to", code, 0)
    expect("it leaves no files", os.path.exists(os.path.dirname(world["ca"])), False)


if __name__ == "__main__":
    sys.exit(main())
