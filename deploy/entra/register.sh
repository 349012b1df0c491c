#!/usr/bin/env bash
# Registers the application of a bridge in Entra ID with exactly the permissions that its grants need.
#
#   bascule permissions --config bascule.yaml --az | deploy/entra/register.sh --name bascule --certificate app.pem
#   bascule permissions --config bascule.yaml --az --user | deploy/entra/register.sh --name bascule-people --user
#   bascule permissions --config bascule.yaml --az | deploy/entra/register.sh --managed-identity OBJECT-ID
#
# Run it as often as you like: what is there already stays. It needs the Azure CLI, signed in with `az login` as
# somebody who may register applications and consent; see README.md beside it.
set -euo pipefail
# A failing `az` inside `$(…)` ends the script too: an answer that did not come is not an empty one.
shopt -s inherit_errexit

usage() {
    cat <<'TEXT'
register.sh --name NAME | --app CLIENT-ID | --managed-identity OBJECT-ID   [options] < permissions

  --permissions FILE            the list of `bascule permissions --az`; standard input without it
  --certificate FILE            PEM; only the certificate in it is uploaded, beside those there are
  --federated-issuer URL        with --federated-subject: trusts the tokens of a cluster or a CI system
  --federated-subject TEXT
  --user                        a public client that people sign in to, with delegated permissions
  --no-consent                  leaves the consent to an administrator
  --prune                       takes away what was granted and is not on the list
TEXT
}

fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
misused() { printf 'error: %s\n' "$*" >&2; usage >&2; exit 2; }
say() { printf '%s\n' "$*" >&2; }

name='' app='' identity='' list='' certificate='' issuer='' subject='' user='' consent=yes prune=''
while (($#)); do
    case $1 in
        --user) user=yes; shift; continue ;;
        --no-consent) consent=''; shift; continue ;;
        --prune) prune=yes; shift; continue ;;
        --help | -h) usage; exit 0 ;;
    esac
    (($# > 1)) || misused "$1 is no option, or lacks its value"
    case $1 in
        --name) name=$2 ;;
        --app) app=$2 ;;
        --managed-identity) identity=$2 ;;
        --permissions) list=$2 ;;
        --certificate) certificate=$2 ;;
        --federated-issuer) issuer=$2 ;;
        --federated-subject) subject=$2 ;;
        *) misused "$1 is no option" ;;
    esac
    shift 2
done

chosen=0
for one in "$name" "$app" "$identity"; do [[ -z $one ]] || chosen=$((chosen + 1)); done
((chosen == 1)) || misused 'name exactly one of --name, --app and --managed-identity'
[[ -n $issuer && -n $subject || -z $issuer && -z $subject ]] || misused '--federated-issuer and --federated-subject go together'
if [[ -n $user && -n $identity$certificate$issuer ]]; then
    misused '--user makes a public client: it has neither certificate nor federated credential nor managed identity'
fi
if [[ -n $identity && -n $certificate$issuer ]]; then misused 'a managed identity needs no credential'; fi
[[ $issuer$subject != *[\'\"\\]* ]] || misused 'issuer and subject have no quotes and no backslashes'
kind=Role
[[ -z $user ]] || kind=Scope

guid='^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
[[ -z $app || $app =~ $guid ]] || misused '--app is no client id'
[[ -z $identity || $identity =~ $guid ]] || misused '--managed-identity is no object id'

command -v az >/dev/null || fail 'the Azure CLI (az) is not installed'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The list: API, Role or Scope, permission.
apis=() permissions=()
while read -r api what permission rest; do
    [[ -n $api && $api != '#'* ]] || continue
    [[ $api =~ $guid && -z $rest && $permission =~ ^[A-Za-z.]+$ ]] || fail "this is no line of the list: $api $what $permission $rest"
    [[ $what == "$kind" ]] || fail "$permission is listed as $what, and $kind is wanted here: --user belongs to both commands or to none"
    apis+=("$api")
    permissions+=("$permission")
done < <(if [[ -n $list ]]; then cat -- "$list"; else cat; fi)
((${#apis[@]})) || fail 'the list of permissions is empty'

# Prints one value, or nothing where there is none.
ask() {
    local answer
    answer=$(az "$@" --output tsv) || fail "az $1 $2 failed"
    [[ $answer == None ]] || printf '%s' "$answer"
}

# The service principal of an application; nothing where there is none.
principal() { ask ad sp list --filter "appId eq '$1'" --query '[0].id'; }

# What was just made is not known everywhere at once: tried for half a minute.
patiently() {
    local try
    for try in 1 2 3 4 5; do
        if az "$@" 2>"$work/refusal"; then return; fi
        say "not yet: $(head -c 300 "$work/refusal")"
        sleep "${REGISTER_PAUSE:-6}"
    done
    az "$@"
}

graph=$(ask cloud show --query endpoints.microsoftGraphResourceId)
graph=${graph:-https://graph.microsoft.com}
graph=${graph%/}
tenant=$(ask account show --query tenantId)
[[ -n $tenant ]] || fail 'nobody is signed in: run `az login`'

# 1. The application and its service principal.
if [[ -n $identity ]]; then
    own=$identity
else
    if [[ -n $name ]]; then
        quote="'"
        found=$(ask ad app list --filter "displayName eq '${name//$quote/$quote$quote}'" --query '[].appId')
        case $(printf '%s' "$found" | grep -c .) in
            0) app=$(ask ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId)
               say "registered $name: $app" ;;
            1) app=$found
               say "$name is registered already: $app" ;;
            *) fail "several applications are called $name: name one with --app" ;;
        esac
        [[ $app =~ $guid ]] || fail "the application was not registered: $app"
    fi
    # `az ad app create` makes no service principal, and without one there is nothing to consent to.
    own=$(principal "$app")
    [[ -n $own ]] || own=$(ask ad sp create --id "$app" --query id)
fi
[[ $own =~ $guid ]] || fail "there is no service principal: $own"

# 2. The ids of the permissions, asked of this tenant by name.
ids=() resources=()
declare -A known=()
for index in "${!apis[@]}"; do
    api=${apis[index]} permission=${permissions[index]}
    if [[ -z ${known[$api]:-} ]]; then
        known[$api]=$(principal "$api")
        [[ -n ${known[$api]} ]] || fail "this tenant has no API $api: is there a Defender for Endpoint licence?"
    fi
    if [[ $kind == Role ]]; then
        query="appRoles[?value=='$permission' && contains(allowedMemberTypes, 'Application')].id | [0]"
    else
        query="oauth2PermissionScopes[?value=='$permission'].id | [0]"
    fi
    id=$(ask ad sp show --id "$api" --query "$query")
    [[ $id =~ $guid ]] || fail "the API $api has no $kind $permission in this tenant"
    ids+=("$id")
    resources+=("${known[$api]}")
done

# 3. What the registration asks for: the whole list, in place of what it asked for before.
if [[ -z $identity ]]; then
    {
        printf '['
        comma=''
        for api in "${!known[@]}"; do
            printf '%s{"resourceAppId":"%s","resourceAccess":[' "$comma" "$api"
            comma=''
            for index in "${!apis[@]}"; do
                [[ ${apis[index]} == "$api" ]] || continue
                printf '%s{"id":"%s","type":"%s"}' "$comma" "${ids[index]}" "$kind"
                comma=,
            done
            printf ']}'
            comma=,
        done
        printf ']\n'
    } >"$work/access.json"
    az ad app update --id "$app" --required-resource-accesses "@$work/access.json"
    say "asks for: ${permissions[*]}"
fi
if [[ -n $user ]]; then
    az ad app update --id "$app" --public-client-redirect-uris http://localhost --is-fallback-public-client true
fi

# 4. Consent. Through Graph, because `az ad app permission admin-consent` fails for service principals.
roles() { az rest --method GET --url "$graph/v1.0/servicePrincipals/$own/appRoleAssignments" --query "$1" --output tsv; }
if [[ -z $consent ]]; then
    say 'not consented: an administrator does that under API permissions, Grant admin consent'
elif [[ -n $user ]]; then
    for api in "${!known[@]}"; do
        scopes=''
        for index in "${!apis[@]}"; do
            [[ ${apis[index]} != "$api" ]] || scopes+="${scopes:+ }${permissions[index]}"
        done
        patiently ad app permission grant --id "$app" --api "$api" --scope "$scopes" --output none
        say "consented for everybody of the tenant: $scopes"
    done
else
    held=$(roles 'value[].appRoleId')
    for index in "${!ids[@]}"; do
        if grep -qixF -- "${ids[index]}" <<<"$held"; then
            say "granted already: ${permissions[index]}"
            continue
        fi
        printf '{"principalId":"%s","resourceId":"%s","appRoleId":"%s"}\n' "$own" "${resources[index]}" "${ids[index]}" \
            >"$work/assignment.json"
        patiently rest --method POST --url "$graph/v1.0/servicePrincipals/$own/appRoleAssignments" \
            --headers Content-Type=application/json --body "@$work/assignment.json" --output none
        say "granted: ${permissions[index]}"
    done
    # What was granted besides, of the APIs of the list.
    while read -r assignment role resource; do
        [[ -n $assignment ]] || continue
        [[ " ${known[*]} " == *" $resource "* ]] || continue
        [[ " ${ids[*],,} " != *" ${role,,} "* ]] || continue
        if [[ -n $prune ]]; then
            az rest --method DELETE --url "$graph/v1.0/servicePrincipals/$own/appRoleAssignments/$assignment" --output none
            say "taken away: $role"
        else
            say "granted and not on the list: $role (--prune takes it away)"
        fi
    done < <(roles 'value[].[id, appRoleId, resourceId]')
fi

# 5. How it proves itself.
if [[ -n $certificate ]]; then
    # The certificate alone: the private key stays where it is.
    openssl x509 -in "$certificate" -out "$work/certificate.pem" || fail "$certificate holds no certificate"
    openssl x509 -in "$work/certificate.pem" -outform DER -out "$work/certificate.der"
    thumbprint=$(openssl dgst -sha1 -r "$work/certificate.der" | cut -c1-40)
    # Graph names it in Base64, the Azure CLI in hexadecimal digits.
    base64=$(openssl dgst -sha1 -binary "$work/certificate.der" | openssl base64)
    uploaded=$(ask ad app show --id "$app" --query 'keyCredentials[].customKeyIdentifier')
    if grep -qixF -e "$thumbprint" -e "$base64" <<<"$uploaded"; then
        say "certificate uploaded already: ${thumbprint^^}"
    else
        az ad app credential reset --id "$app" --append --cert "@$work/certificate.pem" --output none
        say "certificate uploaded: ${thumbprint^^}"
    fi
fi
if [[ -n $issuer ]]; then
    trusted=$(ask ad app federated-credential list --id "$app" --query "[?issuer=='$issuer' && subject=='$subject'].name | [0]")
    if [[ -n $trusted ]]; then
        say "trusted already: $subject"
    else
        printf '{"name":"bascule-%s","issuer":"%s","subject":"%s","audiences":["api://AzureADTokenExchange"]}\n' \
            "$(printf '%s %s' "$issuer" "$subject" | cksum | cut -d' ' -f1)" "$issuer" "$subject" >"$work/federated.json"
        az ad app federated-credential create --id "$app" --parameters "@$work/federated.json" --output none
        say "trusted from now on, after some minutes: $subject"
    fi
fi

# 6. What belongs into the settings.
if [[ -z $identity ]]; then
    printf 'tenant: %s\nclient: %s\n' "$tenant" "$app"
else
    printf 'tenant: %s\n' "$tenant"
fi
