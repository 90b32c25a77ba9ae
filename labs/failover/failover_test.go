package failover

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each refused connection
	redistest.Main(m)
}

func see(t *testing.T, e Experiment) string {
	redistest.NeedsServer(t)
	var out bytes.Buffer
	require.NoError(t, e.Run(t.Context(), &out))
	t.Log("\n" + out.String())
	return out.String()
}

func TestOldMasterSaysYesToWhatReachesNobody(t *testing.T) {
	t.Parallel()
	out := see(t, twoMasters)
	require.Regexp(t, `server [12] is the master, says its ROLE`, out)
	require.Regexp(t, `It had said yes to [1-9]\d* messages; WAIT 1 said that a replica has it for \d+ of them`, out)
	require.Contains(t, out, "at the new master arrived: 0")
}

func TestSubscriptionOfAFailoverClientMissesMessagesSilently(t *testing.T) {
	t.Parallel()
	require.Regexp(t, `[1-9]\d* of the accepted never arrived, and the subscription said nothing of it`, see(t, followed))
}

func TestHastySentinelsReplaceAMasterThatLives(t *testing.T) {
	t.Parallel()
	out := see(t, hasty)
	require.Contains(t, out, "the old one goes on, in good health")
	require.Regexp(t, `server [12] is the master`, out)
}

func TestQuestionNamesThePatienceThatTheSentinelsHave(t *testing.T) {
	require.Contains(t, hasty.Question(), "down-after-milliseconds is 100, and")
	patient := hasty
	patient.Options.DownAfter = 3 * time.Second
	require.Contains(t, patient.Question(), "down-after-milliseconds is 3000, and")
	for _, e := range Experiments() {
		require.NotContains(t, e.Question(), "{", e.Name)
	}
}

func TestPublishIsNoWrite(t *testing.T) {
	t.Parallel()
	out := see(t, isolated)
	require.Contains(t, out, "SET:     NOREPLICAS")
	require.Contains(t, out, "PUBLISH: error <nil>")
	require.Contains(t, out, "ROLE:    master with 0 replicas")
	require.Contains(t, out, "WAIT 1:  0")
}

func TestWithoutRedisAnExperimentSaysWhatItNeeds(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := twoMasters.Run(t.Context(), os.Stdout)
	require.ErrorContains(t, err, "two-masters needs real servers, as an embedded one knows no Sentinel: neither redis-server nor valkey-server is on the PATH")
}

func ExampleExperiments() {
	for _, e := range Experiments() {
		os.Stdout.WriteString(e.Name + "\n")
	}
	// Output:
	// two-masters
	// followed
	// hasty
	// isolated
}
