package dial

import (
	"errors"
	"net"
	"syscall"
)

// Reason is what an error is a sign of, without the words that change from one try
// to the next: our own port, the id of a lookup, a broken pipe here and a reset
// connection there. So whoever tells of an outage tells each reason once:
//
//	if reason := dial.Reason(err); reason != told {
//		told = reason
//		log.Print(err)
//	}
//
// It is for comparing, not for people: see Explain.
func Reason(err error) string {
	trouble := Diagnose(err)
	number, _ := errors.AsType[syscall.Errno](err)
	name, _ := errors.AsType[*net.DNSError](err)
	switch {
	case trouble == ConnectionEnded, trouble == NoAnswer, trouble == NoTrouble:
		return trouble.String()
	case trouble == NobodyThere && name != nil && name.IsNotFound:
		return trouble.String() + ": no such name"
	case trouble == NobodyThere && name != nil:
		return trouble.String() + ": no lookup"
	case trouble == NobodyThere && number != 0:
		return trouble.String() + ": " + number.Error()
	case trouble == NobodyThere:
		return trouble.String()
	}
	return err.Error()
}
