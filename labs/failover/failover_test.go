package failover

import (
	"bytes"
	"os"
	"regexp"
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

func TestReplicasThatAnnounceAnAddressThatLeadsNowhereCannotBePromoted(t *testing.T) {
	t.Parallel()
	out := see(t, mapped)
	require.Contains(t, out, "it knows 2 replicas, and reaches none; ROLE at the master: 2 replicas")
	require.Contains(t, out, "SENTINEL FAILOVER: NOGOODSLAVE")
	require.Contains(t, out, "the Sentinel knows 4 replicas, and reaches 2")
	require.Regexp(t, `SENTINEL FAILOVER: <nil>\n.*server [12] is the master`, out)
}

func TestWhoIsOutsideIsSentToAnInnerAddressAndSaysSo(t *testing.T) {
	t.Parallel()
	out := see(t, inside)
	port := regexp.MustCompile(`at port (\d+) inside`).FindStringSubmatch(out)
	require.NotNil(t, port)
	require.Contains(t, out, "SENTINEL GET-MASTER-ADDR-BY-NAME: 127.0.0.1:"+port[1])
	require.Regexp(t, `FailoverClient, PUBLISH: .*connect`, out)
	require.Contains(t, out, "a node: not ready: publish to 127.0.0.1:"+port[1]+": nobody answers there: ")
	require.Contains(t, out, "the Sentinels name this address")
	require.Contains(t, out, "FailoverClient, PUBLISH: taken")
	require.Regexp(t, `a node: ready; it publishes at port \d+ and subscribes at port \d+`, out)
}

func TestNamesStayNamesWhereEachServerAnnouncesItsOwn(t *testing.T) {
	t.Parallel()
	redistest.NeedsVersion(t, 7, 0, "a server that can be told where to listen")
	out := see(t, names)
	require.Regexp(t, `with neither: start \S+-server on \S+: it ended; it said last: Can't resolve instance hostname`, out)
	said := regexp.MustCompile(`it says (\S+):\d+(?:; our follower finds (\d) replicas)?`).FindAllStringSubmatch(out, -1)
	var hosts []string
	for _, s := range said {
		hosts = append(hosts, s[1])
	}
	require.Contains(t, []string{"127.0.0.1", "[::1]"}, hosts[0], "whatever the name leads to")
	require.Equal(t, []string{"localhost", "127.0.0.1", "localhost"}, hosts[1:])
	require.Equal(t, "2", said[1][2])
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
	// mapped
	// inside
	// names
}
