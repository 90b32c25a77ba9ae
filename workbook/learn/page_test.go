package learn

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLongMessagesAreBrokenBetweenWords(t *testing.T) {
	said := "Top(10) returns [zoe 9, dave 4, carol 4, alice 4], want those with the same points in the order of their names\n  a  b\n" + strings.Repeat("x", 90) + " end"
	require.Equal(t, "    Top(10) returns [zoe 9, dave 4, carol 4, alice 4], want those with the\n    same points in the order of their names\n      a  b\n    "+
		strings.Repeat("x", 90)+"\n    end\n", wrapped(said))
}

func TestTablesKeepTheirLinesAndLoseTheRule(t *testing.T) {
	require.Equal(t, "  Two:\n\n    | call | answer |\n    | `Top` | 2 |\n\n    |---|\n",
		strings.ReplaceAll(plain("Two:\n\n| call | answer |\n|---|:-:|\n| `Top` | 2 |\n\n```text\n|---|\n```\n"), "`Top`", "`Top`"))
}

func TestChaptersHaveTheirNumberAndLabsTheirName(t *testing.T) {
	for chapter, want := range map[string]string{
		"01-redis-basics": "01", "labs/failover": "failover", "labs/no-message-lost": "no-message-lost",
	} {
		require.Equal(t, want, shortChapter(chapter))
	}
}
