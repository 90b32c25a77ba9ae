package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// serverSettings are those of a redis.conf, by name.
func serverSettings(t *testing.T, name string) map[string]string {
	t.Helper()
	values := map[string]string{}
	for line := range strings.Lines(read(t, name)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && key != "#" {
			require.NotContains(t, values, key, "%s says it twice", name)
			values[key] = strings.Trim(value, `"`)
		}
	}
	return values
}

// After a failover a replica is the master: then it must have a master's settings.
func TestMasterAndReplicaDifferInWhatTheyMust(t *testing.T) {
	master, replica := serverSettings(t, "redis/master.conf"), serverSettings(t, "redis/replica.conf")
	require.Equal(t, "10.0.0.10 6379", replica["replicaof"])
	for _, differs := range []string{"replicaof", "dbfilename"} {
		delete(master, differs)
		delete(replica, differs)
	}
	require.Equal(t, master, replica)
	require.Equal(t, master["requirepass"], master["masterauth"])
}

// What docs/operations.md advises for the servers is in the files.
func TestTheServersHaveTheAdvisedSettings(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root(t), "docs", "operations.md"))
	require.NoError(t, err)
	settings := serverSettings(t, "redis/master.conf")
	advised := 0
	for _, m := range regexp.MustCompile("(?m)^\\| `(tcp-keepalive|proto-max-bulk-len|repl-diskless-sync-delay)` \\| [^|]* \\| (\\w+)").FindAllStringSubmatch(string(text), -1) {
		require.Equal(t, m[2], settings[m[1]], m[1])
		advised++
	}
	require.Equal(t, 3, advised)
	require.Contains(t, string(text), "repl-backlog-size "+settings["repl-backlog-size"])
	require.Contains(t, string(text), "| `repl-timeout`, `repl-ping-replica-period` | 60, 10 | "+settings["repl-timeout"]+" and "+settings["repl-ping-replica-period"])
}

func TestTheServersTakeTheirSettings(t *testing.T) {
	redistest.NeedsServer(t)
	for _, name := range []string{"redis/master.conf", "redis/replica.conf"} {
		t.Run(name, func(t *testing.T) {
			var args []string
			settings := serverSettings(t, name)
			for key, value := range settings {
				switch key {
				case "port", "bind", "dir": // the launcher chooses them
				case "requirepass", "masterauth", "replicaof": // it asks without a password, and there is no such master
				default:
					args = append(args, "--"+key, value)
				}
			}
			p, err := launch.StartProcess(t.Context(), launch.ProcessOptions{Args: args})
			require.NoError(t, err)
			defer func() { require.NoError(t, p.Close()) }()
			client := redis.NewClient(&redis.Options{Addr: p.Addr()})
			defer client.Close()
			for _, key := range []string{"shutdown-on-sigterm", "repl-timeout", "repl-diskless-sync-delay", "dbfilename", "save"} {
				require.Equal(t, settings[key], client.ConfigGet(t.Context(), key).Val()[key], key)
			}
		})
	}
}

// Whoever copies the users has those that docs/security.md explains and whose rights are tested.
func TestUsersAreThoseOfTheText(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root(t), "docs", "security.md"))
	require.NoError(t, err)
	users := read(t, "redis/users.acl")
	require.True(t, strings.Contains(string(text), "```\n"+users+"```"), "docs/security.md shows other users than these:\n%s", users)
	for _, name := range []string{"redis/master.conf", "redis/replica.conf"} {
		settings := regexp.MustCompile(`(?m)^# masteruser (\S+)\n# masterauth (\S+)$`).FindStringSubmatch(read(t, name))
		require.NotNil(t, settings, name)
		require.Contains(t, users, "user "+settings[1]+" on >"+settings[2]+" ", name)
	}
	require.Contains(t, users, "user "+commented(t, "REDIS_USERNAME")+" on ")
	user, password := sentinelUser(t)
	require.Contains(t, users, "user "+user+" on >"+password+" ")
}

func TestServerTakesTheUsers(t *testing.T) {
	redistest.NeedsVersion(t, 6, 2, "a user's rights to channels")
	file := filepath.Join(t.TempDir(), "users.acl")
	root := "user root on >root ~* &* +@all\n" // who looks
	require.NoError(t, os.WriteFile(file, []byte(read(t, "redis/users.acl")+root), 0o600))
	p := redistest.Process(t, launch.ProcessOptions{Args: []string{"--aclfile", file}})
	client := redis.NewClient(&redis.Options{Addr: p.Addr(), Username: "root", Password: "root"})
	defer client.Close()
	names, err := client.Do(t.Context(), "ACL", "USERS").StringSlice()
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"default", "chat-node", "chat-emitter", "chat-replica", "chat-monitor", "chat-sentinel", "root"}, names)
}

// commented is the value of a variable that waits in a node's file behind a #.
func commented(t *testing.T, variable string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^#` + variable + `=(\S+)$`).FindStringSubmatch(read(t, "systemd/n1.env"))
	require.NotNil(t, m, variable)
	return m[1]
}
