//go:build !linux

package child

import "time"

// loaded is when this program's own code began to run.
var loaded = time.Now()

// ProcessStart is when this program began.
func ProcessStart() time.Time { return loaded }
