package client

import (
	"crypto/tls"
	"errors"

	"example.com/redis-chat/01-redis-basics/keypair"
)

// TLSError is why no TLS could be spoken with a node.
type TLSError struct {
	sentence string
	cause    error
}

func (e *TLSError) Error() string { return e.sentence + " (" + e.cause.Error() + ")" }
func (e *TLSError) Unwrap() error { return e.cause }

// explainTLS makes a *TLSError of an error of TLS, and leaves others as they are.
func explainTLS(err error) error {
	if why := keypair.WhyNotTrusted(err); why != "" {
		return &TLSError{why, err}
	}
	if _, plain := errors.AsType[tls.RecordHeaderError](err); plain {
		why := "this node speaks no TLS: write http:// or ws://"
		return &TLSError{why, err}
	}
	return err
}
