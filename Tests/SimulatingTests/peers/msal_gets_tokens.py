"""The real MSAL for Python gets tokens from `bascule simulate` in every flow of application context, and Defender's side takes them.

BASCULE is the path of the built program. Exits with 0 if everything holds.
"""

import base64
import contextlib
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
import ssl

# These would override the authority that is given below, or send loopback calls elsewhere.
for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"):
    os.environ.pop(name, None)

import msal  # noqa: E402
import msal.managed_identity  # noqa: E402
import requests  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402

RESOURCE = "https://api.securitycenter.microsoft.com"
SCOPE = [RESOURCE + "/.default"]
# The user-assigned identity that the simulator knows.
IDENTITY = {
    "client": "5e1d7a20-8c3f-4b6e-9a47-2d0f61c8b395",
    "object": "a41c90de-37b2-4f58-8e16-7b9d02f5c6e3",
    "resource": "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/soc/providers"
    "/Microsoft.ManagedIdentity/userAssignedIdentities/bascule",
}
PLATFORM_VARIABLES = ("AZURE_POD_IDENTITY_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IMDS_ENDPOINT")


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def beside(world, name):
    """A file that the simulator wrote beside its authority."""
    return os.path.join(os.path.dirname(world["ca"]), name)


def read(world, name):
    with open(beside(world, name), encoding="ascii") as file:
        return file.read().strip()


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


@contextlib.contextmanager
def simulator(*arguments):
    """A run of the simulator; sees it end with 0 and leave nothing behind."""
    process = subprocess.Popen([os.environ["BASCULE"], "simulate", *arguments], stdout=subprocess.PIPE, text=True)
    try:
        world = json.loads(process.stdout.readline())
        yield world
        process.terminate()
        expect("the simulator ends when told to", process.wait(timeout=20), 0)
        expect("it leaves no files", os.path.exists(os.path.dirname(world["ca"])), False)
    finally:
        # Even after a failure it is told to end: killed, it would leave its folder behind.
        process.terminate()
        process.wait(timeout=20)


def pem(world, file):
    """Private key, certificates and the first one's SHA-1 thumbprint."""
    with open(beside(world, file), "rb") as source:
        content = source.read()
    chain = x509.load_pem_x509_certificates(content)
    private = serialization.load_pem_private_key(content, None).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in chain)
    return private, public, chain[0].fingerprint(hashes.SHA1()).hex()


def credentials(world):
    """Every way in which MSAL can prove an application, with the `appidacr` that the token then has."""
    private, public, thumbprint = pem(world, "app.pem")
    next_private, next_public, _ = pem(world, "app-next.pem")
    pfx = {"private_key_pfx_path": beside(world, "app.pfx"), "passphrase": read(world, "app.pfx.password")}
    return [
        ("a secret", world["secret"], "1"),
        ("a certificate, PS256", {"private_key": private, "public_certificate": public}, "2"),
        ("a certificate's SHA-1 thumbprint, RS256", {"private_key": private, "thumbprint": thumbprint}, "2"),
        ("the second certificate with its chain", {"private_key": next_private, "public_certificate": next_public}, "2"),
        ("PKCS #12", pfx, "2"),
        ("PKCS #12 with its chain", {**pfx, "public_certificate": True}, "2"),
        ("a federated token", {"client_assertion": lambda: read(world, "federated.jwt")}, "2"),
    ]


def platform(world, kind):
    """Sets the variables by which a platform says what it is."""
    for variable in PLATFORM_VARIABLES:
        os.environ.pop(variable, None)
    if kind == "imds":
        os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = world["entra"]
    elif kind == "app-service":
        os.environ["IDENTITY_ENDPOINT"] = world["entra"] + "/msi/token"
        os.environ["IDENTITY_HEADER"] = read(world, "identity-header")
    else:
        os.environ["IDENTITY_ENDPOINT"] = world["entra"] + "/metadata/identity/oauth2/token"
        os.environ["IMDS_ENDPOINT"] = world["entra"]
        # The folder of Arc's keys cannot be set from outside.
        msal.managed_identity._supported_arc_platforms_and_their_prefixes["linux"] = beside(world, "tokens")


def managed(world, kind, identity=None):
    """MSAL's answer for a managed identity of a platform."""
    platform(world, kind)
    session = requests.Session()
    session.trust_env = False
    client = msal.ManagedIdentityClient(identity or msal.SystemAssignedManagedIdentity(), http_client=session)
    return client.acquire_token_for_client(resource=RESOURCE)


def check(world):
    for name, credential, method in credentials(world):
        for host in ("127.0.0.1", "localhost"):
            answer = application(world, credential, host).acquire_token_for_client(scopes=SCOPE)
            assert "access_token" in answer, f"{name} at {host}: {answer}"
            expect(f"{name} at {host} gets a token", claims(answer["access_token"])["appidacr"], method)
            expect("its roles", "Machine.Isolate" in claims(answer["access_token"])["roles"], True)
            expect("it opens Defender", status_at_defender(world, answer["access_token"]), 200)
    refused = application(world, "wrong").acquire_token_for_client(scopes=SCOPE)
    expect("a wrong secret is refused", (refused["error"], refused["error_codes"]), ("invalid_client", [7000215]))
    other = application(world, world["secret"]).acquire_token_for_client(scopes=["https://graph.microsoft.com/.default"])
    expect("a token for Graph has Graph's roles", "ThreatHunting.Read.All" in claims(other["access_token"])["roles"], True)
    expect("a token for another API is refused", status_at_defender(world, other["access_token"]), 403)
    expect("an invented token is refused", status_at_defender(world, "e30.e30.AA"), 401)


def check_managed(world):
    assigned = [
        msal.UserAssignedManagedIdentity(client_id=IDENTITY["client"]),
        msal.UserAssignedManagedIdentity(object_id=IDENTITY["object"]),
        msal.UserAssignedManagedIdentity(resource_id=IDENTITY["resource"]),
    ]
    for kind in ("imds", "app-service", "arc"):
        for identity, client in [(None, world["client"])] + [(one, IDENTITY["client"]) for one in assigned]:
            answer = managed(world, kind, identity)
            assert "access_token" in answer, f"{kind} {identity}: {answer}"
            expect(f"{kind}: a managed identity gets a token", claims(answer["access_token"])["appid"], client)
    refused = managed(world, "imds", msal.UserAssignedManagedIdentity(client_id=world["tenant"]))
    expect("an identity that is not there is refused", refused["error"], "invalid_request")


def main():
    with simulator("--tls") as world:
        check(world)
    # Platforms speak plain http.
    with simulator() as world:
        check_managed(world)


if __name__ == "__main__":
    sys.exit(main())
