package replication

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumberInInfo(t *testing.T) {
	for text, want := range map[string]int64{
		"# Replication\r\nrole:slave\r\nslave_repl_offset:14\r\nmaster_failover_state:no-failover\r\n": 14,
		"slave_repl_offset:5":                       5, // without a heading: go-redis' InfoMap panics
		"slave_repl_offset:-1\n":                    -1,
		"slave_repl_offset:9223372036854775807\r\n": math.MaxInt64,
		"slave_repl_offset:9223372036854775808\r\n": 0,
		"slave_repl_offset:":                        0,
		"slave_repl_offset":                         0,
		"slave_repl_offset:1:2":                     0,
		"xslave_repl_offset:7":                      0,
		"slave_repl_offset:1\nslave_repl_offset:2":  1,
		"": 0,
	} {
		require.Equal(t, want, infoNumber(text, "slave_repl_offset"), "%q", text)
	}
}
