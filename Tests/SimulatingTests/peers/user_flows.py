"""MSAL for Python and azure-identity sign a user in at `bascule simulate --tls`, in every flow there is for users.

Device code, authorization code with PKCE, renewal; and what they are refused. Defender's side takes the tokens.
BASCULE is the path of the built program. Exits with 0 if everything holds.
"""

import base64
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

# These would override the authority that is given below.
for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
    os.environ.pop(name, None)

import msal  # noqa: E402
from azure.core.exceptions import ClientAuthenticationError  # noqa: E402
from azure.identity import (  # noqa: E402
    AuthorizationCodeCredential,
    DeviceCodeCredential,
    InteractiveBrowserCredential,
)

RESOURCE = "https://api.securitycenter.microsoft.com"
SCOPE = [RESOURCE + "/.default"]
USER = "mia@corp.example"
SCRIPT = """
machines:
  - { id: "9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912", computerDnsName: laptop-7.corp.example, osPlatform: Windows11 }
user: { name: Mia Example, upn: mia@corp.example, interval: 1 }
"""


def expect(what, found, wanted):
    assert found == wanted, f"{what}: {found!r} instead of {wanted!r}"
    print("holds:", what)


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class World:
    """A running simulator, and the person whose sign-ins it waits for."""

    def __init__(self, user="interval: 1"):
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "script.yaml")
        with open(path, "w") as file:
            file.write(SCRIPT.replace("interval: 1", user))
        self.process = subprocess.Popen(
            [os.environ["BASCULE"], "simulate", "--tls", "--script", path], stdout=subprocess.PIPE, text=True
        )
        self.line = json.loads(self.process.stdout.readline())
        self.trust = ssl.create_default_context(cafile=self.line["ca"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        code = self.process.wait(timeout=20)
        self.folder.cleanup()
        assert code == 0, code

    def __getitem__(self, key):
        return self.line[key]

    def open(self, address, data=None, headers=None):
        """Status, headers and body; goes nowhere it is sent."""

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        opener = urllib.request.build_opener(Stay, urllib.request.HTTPSHandler(context=self.trust))
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(address, data=body, headers=headers or {})
        try:
            with opener.open(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def answer(self, page, code, word="approve"):
        return self.open(page, {"code": code, "answer": word})[0]

    def browse(self, page):
        """Where the page sends a browser, as its query."""
        status, headers, _ = self.open(page)
        assert status == 302, status
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(headers["Location"]).query)
        return {name: values[0] for name, values in query.items()}

    def at_defender(self, token, path="/api/machines"):
        return self.open(self["defender"] + path, headers={"Authorization": "Bearer " + token})[0]

    def msal(self):
        return msal.PublicClientApplication(
            self["user_client"],
            authority=self["entra"] + "/" + self["tenant"],
            instance_discovery=False,
            verify=self["ca"],
        )

    def azure(self):
        return {
            "tenant_id": self["tenant"],
            "client_id": self["user_client"],
            "authority": self["entra"],
            "disable_instance_discovery": True,
            "connection_verify": self["ca"],
        }


def check_user_token(world, what, token):
    expect(f"{what}: the token speaks for the user", claims(token)["upn"], USER)
    expect(f"{what}: its permissions are delegated", "Machine.Isolate" in claims(token)["scp"].split(), True)
    expect(f"{what}: Defender takes it", world.at_defender(token), 200)


def msal_device(world):
    application = world.msal()
    flow = application.initiate_device_flow(scopes=SCOPE)
    expect("MSAL, device code: the flow begins", (flow["interval"], flow["expires_in"]), (1, 900))
    threading.Timer(1.5, world.answer, (flow["verification_uri"], flow["user_code"])).start()
    answer = application.acquire_token_by_device_flow(flow)
    assert "access_token" in answer, answer
    check_user_token(world, "MSAL, device code", answer["access_token"])
    account = application.get_accounts()[0]
    expect("MSAL, device code: the account is known", account["username"], USER)

    cached = application.acquire_token_silent(SCOPE, account=account)
    expect("MSAL, cache: the scopes of the answer fit", cached["access_token"], answer["access_token"])
    renewed = application.acquire_token_silent(SCOPE, account=account, force_refresh=True)
    assert renewed and "access_token" in renewed, renewed
    expect("MSAL, renewal: another token", renewed["access_token"] != answer["access_token"], True)
    check_user_token(world, "MSAL, renewal", renewed["access_token"])

    flow = application.initiate_device_flow(scopes=SCOPE)
    expect("MSAL, declined: the page says so", world.answer(flow["verification_uri"], flow["user_code"], "no"), 200)
    refused = application.acquire_token_by_device_flow(flow)
    expect("MSAL, declined", refused["error"], "authorization_declined")


def msal_code(world):
    application = world.msal()
    flow = application.initiate_auth_code_flow(SCOPE, redirect_uri="http://localhost:5000")
    back = world.browse(flow["auth_uri"])
    answer = application.acquire_token_by_auth_code_flow(flow, back)
    assert "access_token" in answer, answer
    check_user_token(world, "MSAL, code and PKCE", answer["access_token"])
    expect("MSAL, code: the nonce came back", answer["id_token_claims"]["preferred_username"], USER)
    again = application.acquire_token_by_auth_code_flow(flow, back)
    expect("MSAL, code: good once", again["error_codes"], [54005])
    other = application.initiate_auth_code_flow(SCOPE, redirect_uri="http://localhost:5000")
    stolen = world.browse(other["auth_uri"])
    flow = application.initiate_auth_code_flow(SCOPE, redirect_uri="http://localhost:5000")
    mixed = dict(world.browse(flow["auth_uri"]), code=stolen["code"])
    wrong = application.acquire_token_by_auth_code_flow(flow, mixed)
    expect("MSAL, code: only with its own verifier", wrong["error_codes"], [501481])


def azure_device(world):
    credential = DeviceCodeCredential(
        prompt_callback=lambda page, code, _: world.answer(page, code), **world.azure()
    )
    token = credential.get_token(*SCOPE)
    check_user_token(world, "azure-identity, device code", token.token)


def azure_code(world):
    query = urllib.parse.urlencode({
        "client_id": world["user_client"], "response_type": "code", "redirect_uri": "http://localhost:5000",
        "scope": SCOPE[0] + " offline_access openid profile", "state": "s",
    })
    page = f"{world['entra']}/{world['tenant']}/oauth2/v2.0/authorize?{query}"
    credential = AuthorizationCodeCredential(
        authorization_code=world.browse(page)["code"], redirect_uri="http://localhost:5000", **world.azure()
    )
    check_user_token(world, "azure-identity, code", credential.get_token(*SCOPE).token)


def azure_browser(world):
    """The credential opens what BROWSER names: here a small program that sends the page's form, as browsers do."""
    path = os.path.join(world.folder.name, "browser.py")
    with open(path, "w") as file:
        file.write(
            "import html, re, ssl, sys, urllib.parse, urllib.request\n"
            f"trust = ssl.create_default_context(cafile={world['ca']!r})\n"
            "page = urllib.request.urlopen(sys.argv[1], context=trust, timeout=20).read().decode()\n"
            "target = html.unescape(re.search('action=\"([^\"]+)\"', page).group(1))\n"
            "fields = re.findall('name=\"([^\"]+)\" value=\"([^\"]*)\"', page)\n"
            "form = urllib.parse.urlencode([(html.unescape(n), html.unescape(v)) for n, v in fields])\n"
            "urllib.request.urlopen(target, data=form.encode(), timeout=20).read()\n"
        )
    os.environ["BROWSER"] = f"{sys.executable} {path} %s &"
    credential = InteractiveBrowserCredential(timeout=30, **world.azure())
    check_user_token(world, "azure-identity, browser", credential.get_token(*SCOPE).token)


def refusals():
    with World() as world:
        public = world.msal()
        wrong = msal.PublicClientApplication(
            world["client"],
            authority=world["entra"] + "/" + world["tenant"],
            instance_discovery=False,
            verify=world["ca"],
        )
        flow = wrong.initiate_device_flow(scopes=SCOPE)
        expect("an application that is not public", flow["error_codes"], [7000218])
        unconsented = public.initiate_device_flow(scopes=[RESOURCE + "/Alert.Read"])
        expect("a permission that nobody consented to", unconsented["error_codes"], [65001])
        expect("an invented refresh token", public.acquire_token_by_refresh_token("invented", SCOPE)["error"],
               "invalid_grant")


def main():
    with World() as world:
        msal_device(world)
        msal_code(world)
        azure_device(world)
        azure_code(world)
        azure_browser(world)
    refusals()
    with World("interval: 1, code-lifetime: 2") as world:
        application = world.msal()
        flow = application.initiate_device_flow(scopes=SCOPE)
        time.sleep(2.2)
        # MSAL would not even ask: it is told that the code lives on.
        late = application.acquire_token_by_device_flow(dict(flow, expires_at=time.time() + 60))
        expect("a code that is too old", late.get("error"), "expired_token")
    with World("interval: 1, refuses-renewal: 50076") as world:
        application = world.msal()
        flow = application.initiate_auth_code_flow(SCOPE, redirect_uri="http://localhost:5000")
        answer = application.acquire_token_by_auth_code_flow(flow, world.browse(flow["auth_uri"]))
        refused = application.acquire_token_by_refresh_token(answer["refresh_token"], SCOPE)
        expect("a renewal that needs the person", (refused["error"], "claims" in refused),
               ("interaction_required", True))
        credential = DeviceCodeCredential(
            prompt_callback=lambda page, code, _: world.answer(page, code, "no"), **world.azure()
        )
        try:
            credential.get_token(*SCOPE)
            raise AssertionError("azure-identity took a no for a yes")
        except ClientAuthenticationError as error:
            expect("azure-identity, declined", "declined" in str(error), True)


if __name__ == "__main__":
    sys.exit(main())
