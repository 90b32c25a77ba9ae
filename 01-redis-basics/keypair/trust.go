package keypair

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// WhyNotTrusted says why the other side's certificate does not hold, and what to do, when that is what err is about; else
// it is empty.
func WhyNotTrusted(err error) string {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok {
		return ""
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "its certificate is for another name: give the address by that name"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "its certificate is not good today: it needs a new one, or this machine's clock is wrong"
	}
	return "its certificate is not trusted here: make this machine trust whoever signed it; on Linux SSL_CERT_FILE can name the file"
}
