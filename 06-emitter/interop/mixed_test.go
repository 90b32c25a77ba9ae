package interop

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// What docs/mixed-cluster.md says that a mixed cluster does not have, as each server subscribes at a
// replica of its own and our nodes serve no requests.
func TestWhatAMixedClusterDoesNotHave(t *testing.T) {
	c := startCluster(t)
	// region: absent
	servers := c.server.ask(t, "servers")
	require.Equal(t, `0`, servers, "PUBSUB NUMSUB at the master knows no replica's subscribers")
	require.Equal(t, `2`, c.server.ask(t, "sockets"), "its own two clients, and none of our node's")
	require.Equal(t, `"operation has timed out"`, c.server.ask(t, "acks"), "though both of its clients have answered")
	// end: absent
	_, err := c.emitter.Emit(t.Context(), "end")
	require.NoError(t, err)
	require.Equal(t, []string{`["question"]`}, c.cleo.untilEnd())
	require.Equal(t, []string{`["question"]`}, c.dan.untilEnd())
	require.Empty(t, c.ann.untilEnd(), "it went by the channel of requests")
	require.Empty(t, c.ben.untilEnd())

	require.Equal(t, `true`, c.server.ask(t, "join 7"))
	_, err = c.emitter.To("7").Emit(t.Context(), "message", "for the text 7")
	require.NoError(t, err)
	c.hears(t, "")
}

// ask has the server do something, and returns its answer as JSON.
func (p *program) ask(t *testing.T, what string) string {
	p.tell(what)
	line := p.next()
	require.True(t, json.Valid([]byte(line)), line)
	return line
}
