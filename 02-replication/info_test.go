package replication

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumberInInfo(t *testing.T) {
	type number struct {
		n  int64
		ok bool
	}
	for text, want := range map[string]number{
		"# Replication\r\nrole:slave\r\nslave_repl_offset:14\r\nmaster_failover_state:no-failover\r\n": {14, true},
		"slave_repl_offset:5":                       {5, true}, // without a heading: go-redis' InfoMap panics
		"slave_repl_offset:-1\n":                    {-1, true},
		"slave_repl_offset:9223372036854775807\r\n": {math.MaxInt64, true},
		"slave_repl_offset:9223372036854775808\r\n": {},
		"slave_repl_offset:":                        {},
		"slave_repl_offset":                         {},
		"slave_repl_offset:1:2":                     {},
		"xslave_repl_offset:7":                      {},
		"slave_repl_offset:1\nslave_repl_offset:2":  {1, true},
		"": {},
	} {
		n, ok := InfoNumber(text, "slave_repl_offset")
		require.Equal(t, want, number{n, ok}, "%q", text)
	}
}
