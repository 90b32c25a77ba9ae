package transcript

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/workbook/weave"
)

const (
	topologyBlock = "<!-- run: one topology& quiet until=ends -->\n'''console\n$ go run ./02-replication/cmd/topology\n'''\n"
	secondBlock   = "<!-- run: two topology& quiet until=ends -->\n'''console\n$ go run ./02-replication/cmd/topology\n'''\n"
	hiddenStart   = "<!-- step: two topology start go run ./02-replication/cmd/topology -->\n<!-- run: two shell -->\n'''console\n$ echo one\none\n'''\n"
	hiddenKill    = "<!-- step: one topology type kill 1 -->\n"
	demotion      = "<!-- step: one shell run redis-cli -p 6380 replicaof no one; redis-cli -p 6379 replicaof 127.0.0.1 6380 -->\n"
)

func TestWhatTheCheckerDoesIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"a line that is typed in secret":           {topologyBlock + hiddenKill, []string{`step type "kill 1": no reader sees it`}},
		"a line that the text names":               {topologyBlock + "Type `kill 1`.\n" + hiddenKill, nil},
		"roles are changed in secret":              {topologyBlock + demotion, []string{`replicaof no one": no reader sees it`, `replicaof 127.0.0.1 6380": no reader sees it`}},
		"a comment is no text":                     {topologyBlock + "<!-- Type kill 1 -->\n" + hiddenKill, []string{"no reader sees it"}},
		"the ports are still taken":                {topologyBlock + "Then:\n\n" + secondBlock, []string{"session two begins with servers of its own"}},
		"a reader is told to end what runs":        {topologyBlock + "End all with Ctrl-C, and start anew:\n\n" + secondBlock, nil},
		"a hidden start stands for what runs":      {topologyBlock + "Now:\n\n" + hiddenStart, nil},
		"a hidden start stands for what is broken": {topologyBlock + "Type `kill 1`.\n" + hiddenKill + "Now:\n\n" + hiddenStart, []string{"session two begins with servers of its own"}},
		"a hidden start after a fresh beginning":   {topologyBlock + "Type `kill 1`.\n" + hiddenKill + "Start the topology anew.\n\n" + hiddenStart, nil},
	} {
		t.Run(name, func(t *testing.T) {
			found := Claims([]*weave.Text{weave.Read("README.md", strings.ReplaceAll(c.text, "'''", "```"))})
			require.Len(t, found, len(c.want), found)
			for i := range c.want {
				require.Contains(t, found[i], c.want[i])
			}
		})
	}
}
