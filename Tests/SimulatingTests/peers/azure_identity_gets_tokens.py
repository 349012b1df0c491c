"""The real azure-identity for Python gets tokens from `bascule simulate` in every flow of application context.

BASCULE is the path of the built program. Exits with 0 if everything holds.
"""

import sys

from msal_gets_tokens import IDENTITY, SCOPE, beside, claims, expect, platform, read, simulator, status_at_defender

import azure.identity
from azure.core.exceptions import ClientAuthenticationError


def options(world):
    return {
        "authority": world["entra"],
        "disable_instance_discovery": True,
        "connection_verify": world["ca"],
        "retry_total": 0,
    }


def credentials(world):
    """Every way in which azure-identity can prove an application, with the `appidacr` that the token then has."""
    who = (world["tenant"], world["client"])
    password = read(world, "app.pfx.password")
    certificate = azure.identity.CertificateCredential
    return [
        ("a secret", azure.identity.ClientSecretCredential(*who, world["secret"], **options(world)), "1"),
        ("a certificate", certificate(*who, world["certificate"], **options(world)), "2"),
        ("PKCS #12", certificate(*who, beside(world, "app.pfx"), password=password, **options(world)), "2"),
        (
            "the second certificate with its chain",
            certificate(*who, beside(world, "app-next.pem"), send_certificate_chain=True, **options(world)),
            "2",
        ),
        (
            "a workload's federated token",
            azure.identity.WorkloadIdentityCredential(
                tenant_id=world["tenant"],
                client_id=world["client"],
                token_file_path=beside(world, "federated.jwt"),
                **options(world),
            ),
            "2",
        ),
    ]


def managed(world, kind, **identity):
    """azure-identity's token for a managed identity of a platform."""
    platform(world, kind)
    return azure.identity.ManagedIdentityCredential(retry_total=0, **identity).get_token(*SCOPE).token


def check(world):
    for name, credential, method in credentials(world):
        token = credential.get_token(*SCOPE).token
        expect(f"{name} gets a token", claims(token)["appidacr"], method)
        expect("its roles", "Machine.Isolate" in claims(token)["roles"], True)
        expect("it opens Defender", status_at_defender(world, token), 200)
    try:
        azure.identity.ClientSecretCredential(
            world["tenant"], world["client"], "wrong", **options(world)
        ).get_token(*SCOPE)
        raise AssertionError("a wrong secret got a token")
    except ClientAuthenticationError as error:
        expect("a wrong secret is refused", "AADSTS7000215" in str(error), True)


def check_managed(world):
    assigned = [
        {"client_id": IDENTITY["client"]},
        {"identity_config": {"object_id": IDENTITY["object"]}},
        {"identity_config": {"resource_id": IDENTITY["resource"]}},
    ]
    for kind in ("imds", "app-service", "arc"):
        for identity, client in [({}, world["client"])] + [(one, IDENTITY["client"]) for one in assigned]:
            token = managed(world, kind, **identity)
            expect(f"{kind}: a managed identity gets a token", claims(token)["appid"], client)


def main():
    with simulator("--tls") as world:
        check(world)
    # Platforms speak plain http.
    with simulator() as world:
        check_managed(world)


if __name__ == "__main__":
    sys.exit(main())
