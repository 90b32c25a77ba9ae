package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// service is one of compose.yaml, as far as it can run here.
type service struct {
	Image           string
	Build           struct{ Context, Dockerfile string }
	Command         []string
	Environment     map[string]string
	StopGracePeriod time.Duration `yaml:"stop_grace_period"`
	Ulimits         map[string]int
	Volumes         []string
	DependsOn       []string `yaml:"depends_on"`
	Ports           []string
	Networks        map[string]struct {
		Address string `yaml:"ipv4_address"`
	}
}

func (s service) address() string { return s.Networks["chat"].Address }

// mounts are the files and folders that the service sees: what stands in its command, and what that is.
func (s service) mounts(t *testing.T) map[string]string {
	t.Helper()
	here := map[string]string{}
	for _, volume := range s.Volumes {
		parts := strings.Split(volume, ":")
		require.GreaterOrEqual(t, len(parts), 2, volume)
		here[parts[1]] = parts[0]
	}
	return here
}

type composition struct {
	Services map[string]service
	Volumes  map[string]struct{}
}

func project(t *testing.T) composition {
	t.Helper()
	all := documents[composition](t, "compose/compose.yaml")
	require.Len(t, all, 1)
	require.Len(t, all[0].Services, 6, "master, two replicas, two nodes, proxy")
	return all[0]
}

func TestComposeNamesWhatThereIs(t *testing.T) {
	p := project(t)
	addresses := map[string]string{}
	for name, s := range p.Services {
		require.NotEmpty(t, s.address(), name)
		require.NotContains(t, addresses, s.address(), "%s and %s", name, addresses[s.address()])
		addresses[s.address()] = name
		for _, other := range s.DependsOn {
			require.Contains(t, p.Services, other, name)
		}
		for _, from := range s.mounts(t) {
			switch {
			case from == "./chat.pem": // whoever starts it makes it
			case strings.HasPrefix(from, "."):
				require.FileExists(t, filepath.Join(root(t), "deploy", "compose", from), name)
			default:
				require.Contains(t, p.Volumes, from, name)
			}
		}
		if s.Image == "chat-node" {
			require.FileExists(t, filepath.Join(root(t), "deploy", "compose", s.Build.Context, s.Build.Dockerfile), name)
			require.Contains(t, p.Services, s.Environment["PUB_HOST"], name)
			require.Contains(t, p.Services, s.Environment["SUB_HOST"], name)
			require.Equal(t, p.Services["proxy"].address(), s.Environment["TRUSTED_PROXIES"], name)
			require.Equal(t, 32768, s.Ulimits["nofile"], name)
		}
		require.Equal(t, name == "proxy", len(s.Ports) > 0, "the outside reaches the proxy alone")
	}
	require.NotEqual(t, p.Services["node1"].Environment["SUB_HOST"], p.Services["node2"].Environment["SUB_HOST"], "each node has its own replica")
	haproxy, err := os.ReadFile(filepath.Join(root(t), "deploy", "haproxy", "haproxy.cfg"))
	require.NoError(t, err)
	clients, err := strconv.Atoi(regexp.MustCompile(`(?m)^  maxconn (\d+)$`).FindStringSubmatch(string(haproxy))[1])
	require.NoError(t, err)
	require.Greater(t, p.Services["proxy"].Ulimits["nofile"], 2*clients+100, "else haproxy does not start")
	for _, node := range []string{"node1", "node2"} {
		require.Contains(t, string(haproxy), " "+p.Services[node].address()+":3000\n", "haproxy knows %s", node)
	}
}
