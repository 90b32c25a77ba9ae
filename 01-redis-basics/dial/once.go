package dial

import (
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Once completes o for a client that tries everything once and never hangs, and
// so lets its caller decide what is tried again, and when:
//
//   - No command is repeated: a PUBLISH whose answer was lost may have been carried
//     out, and go-redis would publish it a second time. No dial is, either: nobody
//     there is an answer too.
//   - The deadline of a context counts. By default only the timeouts below do, and a
//     frozen server is noticed late.
//   - Dialing, reading and writing end after a second each, where o does not say
//     otherwise. (Pub/Sub's reading has no timeout.)
//   - Each address of a name is tried within the time for dialing, and what a server
//     says before it ends a connection is in the error: see Refused.
//   - Before the first command it sends only what it must: no name and version of
//     the library, no request for notices of a server's maintenance.
//
// Addresses, credentials, TLS, sizes of pools and the protocol stay what they are, and
// so does a Dialer.
func Once(o redis.Options) *redis.Options {
	o.MaxRetries, o.DialerRetries = -1, 1
	o.ContextTimeoutEnabled = true
	for _, timeout := range []*time.Duration{&o.DialTimeout, &o.ReadTimeout, &o.WriteTimeout} {
		if *timeout == 0 {
			*timeout = time.Second
		}
	}
	if o.Dialer == nil {
		o.Dialer = network.dialAs(&o)
	}
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return &o
}
