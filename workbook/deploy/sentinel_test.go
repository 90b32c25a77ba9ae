package deploy

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// The Sentinel watches the master of the other files, by the name and at the addresses that the node has.
func TestSentinelTakesItsSettings(t *testing.T) {
	lines := sentinelLines(t)
	master := commented(t, "MASTER_NAME")
	host := only(t, assignments(t, "systemd/n1.env", ""), "PUB_HOST")
	port := only(t, assignments(t, "systemd/n1.env", ""), "PUB_PORT")
	require.Contains(t, lines, "sentinel monitor "+master+" "+host+" "+port+" 2")
	require.Contains(t, lines, "sentinel auth-pass "+master+" "+serverSettings(t, "redis/master.conf")["requirepass"])
	for addr := range strings.SplitSeq(commented(t, "SENTINELS"), ",") {
		require.True(t, strings.HasSuffix(addr, ":"+sentinelPort(t)), addr)
	}

	p := redistest.Process(t, launch.ProcessOptions{Sentinel: lines})
	client := redis.NewSentinelClient(&redis.Options{Addr: p.Addr()})
	defer client.Close()
	known, err := client.Master(t.Context(), master).Result()
	require.NoError(t, err)
	require.Equal(t, []string{host, port, "2", "1000"}, []string{known["ip"], known["port"], known["quorum"], known["down-after-milliseconds"]})
}

func sentinelPort(t *testing.T) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^port (\d+)$`).FindStringSubmatch(read(t, "redis/sentinel.conf"))
	require.NotNil(t, m)
	return m[1]
}

// sentinelLines are those of a Sentinel's file that say what it watches, and how.
func sentinelLines(t *testing.T) (lines []string) {
	t.Helper()
	for line := range strings.Lines(read(t, "redis/sentinel.conf")) {
		if strings.HasPrefix(line, "sentinel ") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// sentinelUser is the user that a Sentinel has at servers with users.acl.
func sentinelUser(t *testing.T) (name, password string) {
	t.Helper()
	m := regexp.MustCompile(`(?m)^# sentinel auth-user mymaster (\S+)\n# sentinel auth-pass mymaster (\S+)$`).FindStringSubmatch(read(t, "redis/sentinel.conf"))
	require.NotNil(t, m)
	return m[1], m[2]
}

// guarded are servers and Sentinels with the settings of deploy/redis, and its users.
type guarded struct {
	servers, sentinels []*launch.Process
}

// startGuarded starts a master, two replicas and three Sentinels, and returns when these know all of it.
func startGuarded(t *testing.T) *guarded {
	t.Helper()
	file := filepath.Join(t.TempDir(), "users.acl")
	root := "user root on >root ~* &* +@all\n" // who looks
	require.NoError(t, os.WriteFile(file, []byte(read(t, "redis/users.acl")+root), 0o600))
	replica := regexp.MustCompile(`(?m)^# masteruser (\S+)\n# masterauth (\S+)$`).FindStringSubmatch(read(t, "redis/replica.conf"))
	require.NotNil(t, replica)
	g := &guarded{}
	for i := range 3 {
		args := []string{"--aclfile", file, "--masteruser", replica[1], "--masterauth", replica[2]}
		name := "redis/master.conf"
		if i > 0 {
			name = "redis/replica.conf"
			args = append(args, launch.Following(g.servers[0].Addr())...)
		}
		for key, value := range serverSettings(t, name) {
			if !slices.Contains([]string{"port", "bind", "dir", "requirepass", "masterauth", "replicaof"}, key) { // the launcher's, the users', and the line above
				args = append(args, "--"+key, value)
			}
		}
		g.servers = append(g.servers, redistest.Process(t, launch.ProcessOptions{Args: args}))
	}
	for range 3 {
		g.sentinels = append(g.sentinels, redistest.Process(t, launch.ProcessOptions{Sentinel: g.sentinelLines(t)}))
	}
	for _, s := range g.sentinels {
		g.awaitMaster(t, s, func(m map[string]string) bool {
			return m["flags"] == "master" && m["num-slaves"] == "2" && m["num-other-sentinels"] == "2"
		}, "the Sentinel finds the others, and the replicas")
	}
	return g
}

// sentinelLines are the file's, with the user that is commented out there, and the address of this master.
func (g *guarded) sentinelLines(t *testing.T) []string {
	t.Helper()
	_, port, _ := strings.Cut(g.servers[0].Addr(), ":")
	user, password := sentinelUser(t)
	lines := sentinelLines(t)
	for i, line := range lines {
		switch words := strings.Fields(line); words[1] {
		case "monitor":
			lines[i] = "sentinel monitor " + words[2] + " 127.0.0.1 " + port + " " + words[5]
		case "auth-pass":
			lines[i] = "sentinel auth-pass " + words[2] + " " + password
		}
	}
	return append(lines, "sentinel auth-user "+commented(t, "MASTER_NAME")+" "+user)
}

// awaitMaster waits until a Sentinel says of the master what is wanted.
func (g *guarded) awaitMaster(t *testing.T, s *launch.Process, is func(map[string]string) bool, what string) {
	t.Helper()
	client := redis.NewSentinelClient(&redis.Options{Addr: s.Addr(), Protocol: 2})
	defer client.Close()
	require.Eventually(t, func() bool {
		master, err := client.Master(t.Context(), commented(t, "MASTER_NAME")).Result()
		return err == nil && is(master)
	}, patience, tick, what)
}

// info is what a server says to the test's own user.
func (g *guarded) info(t *testing.T, server *launch.Process, section string) string {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), Username: "root", Password: "root", DisableIdentity: true})
	defer client.Close()
	text, err := client.Info(t.Context(), section).Result()
	require.NoError(t, err)
	return text
}

// refused are the commands and channels that a server has refused to one of the users.
func (g *guarded) refused(t *testing.T, server *launch.Process) (all []string) {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), Username: "root", Password: "root", Protocol: 2, DisableIdentity: true})
	defer client.Close()
	entries, err := client.Do(t.Context(), "ACL", "LOG").Slice()
	require.NoError(t, err)
	for _, entry := range entries {
		if text := fmt.Sprint(entry); strings.Contains(text, "username chat-") {
			all = append(all, text)
		}
	}
	return all
}

// Sentinels that may do what users.acl lets them do put another server in the master's place, and a node follows.
func TestSentinelsFailOverWithTheRightsOfTheirUser(t *testing.T) {
	redistest.NeedsVersion(t, 6, 2, "a user's rights to channels")
	g := startGuarded(t)
	var addrs []string
	for _, s := range g.sentinels {
		addrs = append(addrs, s.Addr())
	}
	n := startNode(t, "", "SENTINELS="+strings.Join(addrs, ","), "MASTER_NAME="+commented(t, "MASTER_NAME"),
		"REDIS_USERNAME="+commented(t, "REDIS_USERNAME"), "REDIS_PASSWORD=node-secret", "SUB_PREFER="+g.servers[1].Addr())
	ready := func() bool {
		resp, err := http.Get("http://" + n.addr + "/readyz")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil && resp.StatusCode == http.StatusOK
	}
	require.Eventually(t, ready, patience, tick, "the node is not ready:\n%s", &n.log)

	_, old, _ := strings.Cut(g.servers[0].Addr(), ":")
	require.NoError(t, g.servers[0].Kill())
	for _, s := range g.sentinels {
		g.awaitMaster(t, s, func(m map[string]string) bool { return m["port"] != old && m["flags"] == "master" }, "the Sentinel names another master")
	}
	left := g.servers[1:]
	require.Eventually(t, func() bool {
		both := g.info(t, left[0], "replication") + g.info(t, left[1], "replication")
		return strings.Contains(both, "role:master") && strings.Contains(both, "master_link_status:up")
	}, patience, tick, "of the two that are left one follows the other")
	require.Eventually(t, func() bool { return strings.Contains(n.log.String(), "another server is the master") && ready() }, patience, tick,
		"the node does not follow:\n%s", &n.log)

	used := ""
	for i, server := range left {
		require.Empty(t, g.refused(t, server), "server %d", i+1)
		used += g.info(t, server, "commandstats")
	}
	line := regexp.MustCompile(`(?m)^user chat-sentinel .*$`).FindString(read(t, "redis/users.acl"))
	for _, m := range regexp.MustCompile(` \+(\w+)(\|\w+)?`).FindAllStringSubmatch(line, -1) {
		require.Regexp(t, `cmdstat_`+m[1]+`(`+regexp.QuoteMeta(m[2])+`)?:`, used, "nothing needs this right")
	}
}
