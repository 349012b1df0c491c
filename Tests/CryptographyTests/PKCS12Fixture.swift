import Cryptography
import Vocabulary

/// Files that OpenSSL's own program wrote (`openssl pkcs12 -export`), all with one EC key and its certificate.
enum PKCS12Fixture {
    /// SHA-256 of the certificate, to know it again.
    static let thumbprint = "f6e3e3979ca0c77c31825441bb117c3caa8bf72c0f3c343c05f67b82ac082a1b"

    /// RC2-40 and Triple DES, password `geheim`: what Windows and OpenSSL 1 exported.
    static let legacy = decoded(
        """
        MIIDcgIBAzCCAzgGCSqGSIb3DQEHAaCCAykEggMlMIIDITCCAhcGCSqGSIb3DQEHBqCCAggwggIEAgEAMIIB/QYJKoZIhvcN\
        AQcBMBwGCiqGSIb3DQEMAQYwDgQIC9ch+M6QODsCAggAgIIB0IWPUdCrtypJPLNZ4r0KT1reareO1P5vLIDBmhf+uO9aa6is\
        i+fzoFpwroqLMkzJXbZRpHpclw7UmR6+wJJvFbm+NVwNHidRoM+ejjdF5WMRqnBLSkeJ/VoMNbXdIT68Ruad4zVqMKGGaTb3\
        TslVNvxsA9rzG+F/5nfHo/rJlK1WGJi/JiwaP9ImCUm75gKYs6D78ttVzpIwNiPX2woB1KMRVcpnMlt+nHoHJpCP2jJPbB9l\
        fN5McSMP9ynjbdphpk3ofQWM9DRSIGEZqJDmyWz75GjvawroaJeH+wQTzGktt1tdGLSRdWtwtsI8Jmq6UZMi3LDZB6VySIyp\
        sOuVFYA4Axcj2TgfFrnRS5ENK1v/+9ia4Iz9jZtlUIMVzrgYaax/GZJEboXhpMujjimWZ7UeUVEcEPjm9W5M2gMGEhXREusN\
        +e6nKWxTjNtUNPq0gscMTxGcLrkVoZEwH6Sx5MM8B976enE4MEtdEWjiUU9saPk1yXalNDg6auh1NJroNwPaP7/z17tW5ZqB\
        c8YMsMm/M570Nftx64fU117cBq+b9XCzN3XKiuA76/LxmRByin0u8QaicXtkSaGhRo8MCm+ajqLDwmMhSsflrwcow+mvMIIB\
        AgYJKoZIhvcNAQcBoIH0BIHxMIHuMIHrBgsqhkiG9w0BDAoBAqCBtDCBsTAcBgoqhkiG9w0BDAEDMA4ECJjjYxxiE/VuAgII\
        AASBkB47n93N8oT4BReSrVFtv8Oto9FuxMCkL1mLUSPriTDXzLTuLFJp3XwW1ICWUV/67P6s3E14dJOrK/+WO8ZGDHagxOmK\
        kvYwr0x4hKhZr31U+4sJIzUjuoaXiTNrM7avhL5BvYmqmqgax4JAbcCBVCsyvfThChigTQo1Mh2un8CYV6VbHl4exiKBYJh9\
        efNSHjElMCMGCSqGSIb3DQEJFTEWBBSCEx33CZkqPQ+KWxENw9NnbvGdFjAxMCEwCQYFKw4DAhoFAAQUcKoJasXIkWIO71Se\
        3iJsSIIcp48ECN5EYX6l+V4cAgIIAA==
        """
    )

    /// A certificate alone, password `geheim`.
    static let keyless = decoded(
        """
        MIIClwIBAzCCAk0GCSqGSIb3DQEHAaCCAj4EggI6MIICNjCCAjIGCSqGSIb3DQEHBqCCAiMwggIfAgEAMIICGAYJKoZIhvcN\
        AQcBMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjoQCbfh+tJEwICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQME\
        ASoEEI20KMZisQApLtzxZhR0KA6AggGwwkED2y7l47sniIxeyli71trZJwGsYJ8PdvBt9DYH5XBjVLq6Yr/F5ITbx4ymyKYu\
        ZlX0iTMx/YZQCmZJYqp2Ps6fNipjRxs1Drn79mLfJPMawzzFZfRdJsCWEetUtXcwTJu7ESdD04/63w0NkCG0sYcthsUdTAIU\
        8AgbE9lGJv0YUw3SBgTJzZqq5qEs9W61u8ra1TKpKDfIeUXfJoF44b19EwZUTaI2RdCwVdXOMdaUhesFtPvULj4EZCrRQETn\
        tdhaZy10ig4XYdvUTDj4ug1bKE8KPeuXciCSQ6NKwpLnCrymcYoqRaBnPF2aqtirdRg17RzyPGE5qWt/N06hM8guCbg/1GMH\
        BatHy7doEWx6GtaEV/IuQDSbEfvrk5hAOokJd0/mow7X10Ue/7gkAlLvCimZfe1himNo1xE+k9bfan0lWyxOcH3Aork/83An\
        RXPKM1+tHATWlV2jDXBNAAJQMdF1+DFtKYbJEVLz4l4+g0+hFWOsRKdG/xM/CXEziGaFf+1JVnc5bQpIFHOO9mGmvKeSvavq\
        NVsR/3LPjn0MHnAdiMH9rgoTCT5Nadm3MEEwMTANBglghkgBZQMEAgEFAAQgz5GH9SDgOZw1udtwZXjuCbmNjkT1bcsacZv9\
        BDeBc+wECIX9cy9R5BE+AgIIAA==
        """
    )

    /// A key alone, password `geheim`.
    static let bareKey = decoded(
        """
        MIIBfgIBAzCCATQGCSqGSIb3DQEHAaCCASUEggEhMIIBHTCCARkGCSqGSIb3DQEHAaCCAQoEggEGMIIBAjCB/wYLKoZIhvcN\
        AQwKAQKgge8wgewwVwYJKoZIhvcNAQUNMEowKQYJKoZIhvcNAQUMMBwECOwqKNgPhImdAgIIADAMBggqhkiG9w0CCQUAMB0G\
        CWCGSAFlAwQBKgQQgCTYcb/qMYzgEZF6HQZkqwSBkG0vY/RT6sAlNltu9HZaEqRIY9q1egSg6J4YAMHA9mYiOKO89HLaS1ds\
        4wwE3vHYYhEz8Gw41kfIBuJn7i1cQ7+lRVrwdlbTJa5MXx9duwX6ZKyyAiKuukgDw1XrnK1qo8UiaMvuPCihKxr8t3MyqPOf\
        44WJ++Fr4xoL6rYDGgHJ3Njps6lE0/jZ1TLZErdWwzBBMDEwDQYJYIZIAWUDBAIBBQAEIFqybZ0frKxMOcctoUBu5FI2hHY0\
        M3wVPFgUra8NFxfABAgqrtZ3TH80gAICCAA=
        """
    )

    /// An empty password.
    static let empty = decoded(
        """
        MIID/AIBAzCCA7IGCSqGSIb3DQEHAaCCA6MEggOfMIIDmzCCAlIGCSqGSIb3DQEHBqCCAkMwggI/AgEAMIICOAYJKoZIhvcN\
        AQcBMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAigNO471ZsUIAICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQME\
        ASoEEC3/4DNEJQ9PMLFMrXnnGMaAggHQq4bJ77TSxlpuMws5F77lUw+BWIMxAQOJAMT/pbbdOZdplB8dhbaSmhllLBMwQkwM\
        U/dvpc1XJ8AtNdyX7i1vKWdw0Qc3TF81KRL72/GGGk8GkD4mXQ+68uzSvTA6aNMWWYRMoIXWIbYiIGfH+pvf95xQaXee4PZA\
        iUWTfWqYKJde+ufGl4aQAD3awwvYrS9wTTGOlGKcrxK2g1DMFjAC5zFCD8O7PrUNN2sp9OiKghBZKu10yYNpqo2vy13KIgVP\
        yw/uQ53YXqmDEhi5A4TgD7EXXO1q1TSaf/JuWuBNEoxgqv6reQEB+ZV0pR4K83PXAWeqpzTwJUpJjQYU8G6/G7jVOwDYpZx0\
        /MlY/uCVSF48heEPOlnMS8s+YmAZBtayUtM6cmTMvM6/niXXqTexpdaxfs5p+gbec4Jbsc3DltgB8WtnOjMzfQNXCEyY0HyA\
        4QTI3ThiVMFdbn4RQ97iMboJB1wdJh8FYPRtFE9koDsy6ulT+b7GfquqciGhOC+VdG+aWRbU75w8gYloRB5k7g947695jFTm\
        ya0Bj40T5QbWAJVfiZwtctrZokoRV6wiLWaLxJO3vpkRjlZd2jg+yWLogXaSym3Vb8lIT5qpXdwwggFBBgkqhkiG9w0BBwGg\
        ggEyBIIBLjCCASowggEmBgsqhkiG9w0BDAoBAqCB7zCB7DBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIreYm60Dx\
        kh4CAggAMAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBAWl6Ww8VFPWdJGEl8KR1MjBIGQ01Ofvb6tWByRvC44xCAqJfFu\
        pDx4vFjuuvYYP3v/uA0K58gVxvie1uTAruvyR1MwygPoC488tp1L771GhIGhFPjem4hIzIFifIGzzhN+D4Ld/oyJu6mPg2Ij\
        gkoYaJOsBKya1EWHcYDciBQiL2y08toL78XLfhiVGpKy9RkYtPk5TlAvhmQhH/3xsipuHUuIMSUwIwYJKoZIhvcNAQkVMRYE\
        FIITHfcJmSo9D4pbEQ3D02du8Z0WMEEwMTANBglghkgBZQMEAgEFAAQg2YU4b6xpcdKKebwuRHbzvv946rcdGED6gkt6bfwJ\
        M8UECBo04DQPJYeyAgIIAA==
        """
    )

    /// Password `größe ß`, AES-256.
    static let umlaut = decoded(
        """
        MIID/AIBAzCCA7IGCSqGSIb3DQEHAaCCA6MEggOfMIIDmzCCAlIGCSqGSIb3DQEHBqCCAkMwggI/AgEAMIICOAYJKoZIhvcN\
        AQcBMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjURFAaf5MuGAICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQME\
        ASoEEF2xBeObx6RMCl9OndU27aGAggHQ32hmMUQmcn/D8FMZCig+1iFbV9kOWzBUTqARg3T2wpqaZQr6VXWZyUdpWKf5C3Q8\
        2FppkIVQjeuN34Cbu/cXMSlP5RWmHVk0MgrqYjTGK1RZVc668YJROurR7Wbh512NwXfw9xhS2ibv71rL2RKDeRJxg09YveYJ\
        zSXbhH5P7+0synPXhremDrHUIDI0l9M5cn8v3czCdxGlqZ74MGMaLao6kWbnS5+/4qP0fIhZumvwXzAGiFtUjzp0ujqPwLuL\
        annkue5vOJLRrFxDy0DUyAkHDCVfWjKYiDkqk5dxSHZi8P57Y8b0PjEbd0/Goz8kXWVuiTZ5gJEyZf9uiIrwTTr1Q3NvJCrm\
        pW5jwIG/XZhaQ2fpk1Uj8ufMuRyaweorYt+31fed6lt6+ocpmE1JuGmwWUiINwOv54v6aWd1Ohhic7S/FzcsItvwX9eTZN7z\
        d0Fxccc7CN+KRsB6tg+vC9FcQ6eU0HTHGPSt9EhzQZ/cYvpc9kn/D1WtN5v/0+bYyNE+Snxy7pNYyVvxQbANT3d775zc9ArH\
        cLsaUrhr/jJQefYAXZMmldepACVAFjNQjSkEQ+p8k6zolEYt6pCpS1SSLAwISFMF/NlC1bhe0sowggFBBgkqhkiG9w0BBwGg\
        ggEyBIIBLjCCASowggEmBgsqhkiG9w0BDAoBAqCB7zCB7DBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQI4WMJHLu9\
        ETsCAggAMAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBBFlh9v/khZJnR4bAOssjW5BIGQvgjQ6Ks7v8F8wpsGsbl6QOCZ\
        Jbb+o3UIJOke/nG778vpKYB2fo5HYVQS/ndMrqVre9sJ8I1aYn9u8fpcZrg4mozbvTS+BbRR6Je0i0vVOiDQRdp/0aegi9zI\
        dho2CGGK1WcX+XNz7L6J29A3vmgVdW5WIby+1HMzHopokpsnXcVclVZhzdcyBZJIpS+1yVMtMSUwIwYJKoZIhvcNAQkVMRYE\
        FIITHfcJmSo9D4pbEQ3D02du8Z0WMEEwMTANBglghkgBZQMEAgEFAAQgnOXsROfLPZwEGuI9omv0ENuyT51o7LMDtlyQ62VD\
        B8sECJNqvtRu/9MIAgIIAA==
        """
    )

    /// Without an integrity check, password `geheim`.
    static let checkless = decoded(
        """
        MIIDQgIBAzCCAzsGCSqGSIb3DQEHAaCCAywEggMoMIIDJDCCAdsGCSqGSIb3DQEHAaCCAcwEggHIMIIBxDCCAcAGCyqGSIb3\
        DQEMCgEDoIIBiDCCAYQGCiqGSIb3DQEJFgGgggF0BIIBcDCCAWwwggEToAMCAQICFFI1GBQIMMkPT3BZEPHhO8bqFcT9MAoG\
        CCqGSM49BAMCMAwxCjAIBgNVBAMMAWYwHhcNMjYxMTI2MTU1MjI2WhcNMzYxMTIzMTU1MjI2WjAMMQowCAYDVQQDDAFmMFkw\
        EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEJaComdzkcxld+Th88CxRRjdWU2LAKG2sT68BHdb4PBtRDi4jn1hFLc5mpOK85oMs\
        HwSRBzabZbUfht5vd0ZLzKNTMFEwHQYDVR0OBBYEFP4PwHGlobegoUop2BRPaedjLSK4MB8GA1UdIwQYMBaAFP4PwHGlobeg\
        oUop2BRPaedjLSK4MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgd61094QC0ovmVVQ9zEMDaoe4hqzi7mev\
        hzGvZ5Y+9i4CIBP4tAyWvu0OM/X0dvQQhUSSEqMo0dgQ94CjjPyKJb2wMSUwIwYJKoZIhvcNAQkVMRYEFIITHfcJmSo9D4pb\
        EQ3D02du8Z0WMIIBQQYJKoZIhvcNAQcBoIIBMgSCAS4wggEqMIIBJgYLKoZIhvcNAQwKAQKgge8wgewwVwYJKoZIhvcNAQUN\
        MEowKQYJKoZIhvcNAQUMMBwECG2Wh50e6XOUAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQbKzTAHCkJaW+wFZG\
        TUYRcgSBkAvdEZDlJUCe+ShtT+TsZ0yvboicIFMN1MEl12D1v+4M3CYZF89pHw3n/Jz9m+jTu2+pdQrM8DtJLxM1z1WQXba+\
        uBIjShEl4q2QXElLJRvCRYueh3yRnxOZWFKVsJdGMhFm3MLL9Pve9TXHsaGzsQM4ayntzN1FpShvfdTHBWckaVx4OJKvX4dI\
        xViohkPPPTElMCMGCSqGSIb3DQEJFTEWBBSCEx33CZkqPQ+KWxENw9NnbvGdFg==
        """
    )

    private static func decoded(_ text: String) -> Secret {
        Secret(Base64.decodeCanonical(text) ?? [])
    }
}
