package frame

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"
)

// CodeKicked is the close code for somebody whom an operator has asked to leave: RFC 6455 leaves 4000 to 4999 to applications.
const CodeKicked = 4001

// MaxKickReason is how many bytes an operator's reason may have: what stands before it in a close frame takes the rest.
const MaxKickReason = 80

// kicked is the text of such a frame. Programs read the number, people all of it.
var kicked = regexp.MustCompile(`^you were asked to leave for (\d{1,7}) s(?:: |$)`)

// CloseKicked asks somebody to leave, and to come back after that time and not before; reason may be empty.
func CloseKicked(wait time.Duration, reason string) CloseReason {
	text := fmt.Sprintf("you were asked to leave for %d s", int64(math.Ceil(wait.Seconds())))
	if reason != "" {
		text += ": " + reason
	}
	return CloseReason{CodeKicked, text}
}

// KickedFor is the time that such a close frame asks for; 0: it is none.
func KickedFor(code int, text string) time.Duration {
	match := kicked.FindStringSubmatch(text)
	if code != CodeKicked || match == nil {
		return 0
	}
	seconds, _ := strconv.Atoi(match[1]) // seven digits at most
	return time.Duration(seconds) * time.Second
}

// Wait is a time to wait, rounded up, as people say it.
func Wait(d time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := int64(math.Ceil(float64(d) / float64(unit.of))); n > 1 || unit.of == time.Second {
			return fmt.Sprintf("%d %ss", max(n, 2), unit.name)
		}
	}
	return ""
}
