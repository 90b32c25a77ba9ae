package deploy

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

type panel struct {
	ID                       int
	Type, Title, Description string
	GridPos                  struct{ X, Y, W, H int }
	FieldConfig              struct{ Defaults struct{ Unit string } }
	Targets                  []struct{ Expr, RefID string }
}

type dashboard struct {
	UID, Title    string
	SchemaVersion int
	Panels        []panel
	Templating    struct{ List []struct{ Name string } }
}

func readDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(read(t, "grafana/chat.json")), &d))
	require.NotEmpty(t, d.Panels)
	return d
}

func TestTheDashboardSaysWhatItShows(t *testing.T) {
	d := readDashboard(t)
	require.NotEmpty(t, d.UID)
	variables := map[string]bool{"$__all": true}
	for _, v := range d.Templating.List {
		variables["$"+v.Name] = true
	}
	ids, cells := map[int]bool{}, map[[2]int]string{}
	for _, p := range d.Panels {
		require.NotEmpty(t, p.Title, p.ID)
		require.NotEmpty(t, p.Description, p.Title)
		require.NotEmpty(t, p.FieldConfig.Defaults.Unit, p.Title)
		require.False(t, ids[p.ID] || p.ID == 0, "%s: id %d", p.Title, p.ID)
		ids[p.ID] = true
		require.LessOrEqual(t, p.GridPos.X+p.GridPos.W, 24, p.Title)
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				cell := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				require.Empty(t, cells[cell], "%s covers it", p.Title)
				cells[cell] = p.Title
			}
		}
		require.NotEmpty(t, p.Targets, p.Title)
		refs := map[string]bool{}
		for _, target := range p.Targets {
			require.False(t, refs[target.RefID], "%s: %s twice", p.Title, target.RefID)
			refs[target.RefID] = true
			for _, v := range regexp.MustCompile(`\$\w+`).FindAllString(target.Expr, -1) {
				require.True(t, variables[v], "%s: there is no %s", p.Title, v)
			}
			require.Equal(t, strings.Count(target.Expr, "("), strings.Count(target.Expr, ")"), p.Title)
			require.Equal(t, strings.Count(target.Expr, "{"), strings.Count(target.Expr, "}"), p.Title)
		}
	}
}

// metrics are the names at a node's /metrics, and at those of the two labs whose nodes have more.
func metrics(t *testing.T) map[string]bool {
	t.Helper()
	pair := certtest.NewAuthority(t).Issue(time.Hour, "127.0.0.1") // or there is no metric of its end
	n := startNode(t, redistest.Start(t).Options().Addr, "TLS_CERT="+pair.CertFile, "TLS_KEY="+pair.KeyFile)
	kept := startNode(t, redistest.Start(t).Options().Addr, "RUN_NODE=kept")
	sets := filepath.Join(t.TempDir(), "sets.map")
	require.NoError(t, os.WriteFile(sets, []byte("set set-a "+redistest.Start(t).Options().Addr+"\n"), 0o600))
	lanes := startNode(t, "", "RUN_NODE=lanes", "SETS="+sets)
	there := map[string]bool{}
	pages := get(t, "https://"+n.addr+"/metrics") + kept.get(t, "/metrics") + lanes.get(t, "/metrics")
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+) `).FindAllStringSubmatch(pages, -1) {
		there[m[1]] = true
	}
	return there
}

// A lab with metrics of its own would be one more to ask for them.
func TestNoOtherLabHasMetricsOfItsOwn(t *testing.T) {
	there := metrics(t)
	declared := 0
	require.NoError(t, filepath.WalkDir(filepath.Join(root(t), "labs"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?:NewDesc\(|Name:\s*)"(chat_[a-z_]+)"`).FindAllSubmatch(text, -1) {
			require.Contains(t, there, string(m[1]), "%s declares it, and no node that this test starts has it", path)
			declared++
		}
		return err
	}))
	require.Positive(t, declared)
}

// named is the name of a metric in an expression; of a histogram, without what Prometheus puts behind it.
var named = regexp.MustCompile(`\b((?:chat|process|go)_[a-z_]+?)(?:_bucket|_sum|_count)?\b`)

func TestTheDashboardAndTheScalerAskForMetricsThatThereAre(t *testing.T) {
	there := metrics(t)
	asked := map[string]bool{}
	for _, p := range readDashboard(t).Panels {
		for _, target := range p.Targets {
			found := named.FindAllStringSubmatch(target.Expr, -1)
			require.True(t, len(found) > 0 || strings.Contains(target.Expr, "up{"), "%s: %s", p.Title, target.Expr)
			for _, m := range found {
				require.Contains(t, there, m[1], p.Title)
				asked[m[1]] = true
			}
		}
	}
	for name := range there {
		if strings.HasPrefix(name, "chat_") {
			require.Contains(t, asked, name, "the dashboard shows each metric of a node")
		}
	}
	alerts, err := os.ReadFile(filepath.Join(root(t), "docs/alerts.yml"))
	require.NoError(t, err)
	for _, m := range named.FindAllSubmatch(alerts, -1) {
		require.Contains(t, there, string(m[1]), "an alert asks for it")
	}
	for _, m := range scaler(t).Spec.Metrics {
		require.Contains(t, there, m.Pods.Metric.Name)
	}
}

// promtool reads expressions in rules: so each becomes one.
func TestPrometheusReadsTheDashboardsExpressions(t *testing.T) {
	promtool := redistest.NeedsProgram(t, "promtool", "REQUIRE_PROMTOOL", "the names in the dashboard are tested, its expressions are not")
	type rule struct{ Record, Expr string }
	var rules []rule
	for _, p := range readDashboard(t).Panels {
		for _, target := range p.Targets {
			rules = append(rules, rule{"dashboard:" + strings.ToLower(target.RefID) + ":panel" + string(rune('a'+p.ID)), target.Expr})
		}
	}
	text, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboard", "rules": rules}}})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "rules.yml")
	require.NoError(t, os.WriteFile(file, text, 0o644))
	out, err := exec.Command(promtool, "check", "rules", file).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// node is a node of chapter 05, as a process of its own.
type node struct {
	addr string
	log  redistest.Buffer
}

// startNode starts one on a free port, with its master and replica at one server; "": env says where they are.
func startNode(t *testing.T, redis string, env ...string) *node {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = []string{"RUN_NODE=1", "LISTEN_HOST=127.0.0.1", "PORT=0", "GORACE=atexit_sleep_ms=10"}
	if host, port, ok := strings.Cut(redis, ":"); ok {
		cmd.Env = append(cmd.Env, "PUB_HOST="+host, "PUB_PORT="+port)
	}
	cmd.Env = append(cmd.Env, env...)
	n := &node{}
	cmd.Stdout, cmd.Stderr = &n.log, &n.log
	require.NoError(t, launch.StartChild(cmd))
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // an error says that it has ended already
		_ = cmd.Wait()
	})
	listening := regexp.MustCompile(`msg=listening addr=(\S+)`)
	require.Eventually(t, func() bool {
		m := listening.FindStringSubmatch(n.log.String())
		if m != nil {
			n.addr = m[1]
		}
		return m != nil
	}, patience, tick, "the node never listens:\n%s", &n.log)
	return n
}

// get asks the node, which must answer with 200.
func (n *node) get(t *testing.T, path string) string {
	t.Helper()
	return get(t, "http://"+n.addr+path)
}

func get(t *testing.T, url string) string {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true} // who it is other tests prove
	client := http.Client{Transport: transport}
	resp, err := client.Get(url)
	return body(t, url, resp, err)
}

func body(t *testing.T, path string, resp *http.Response, err error) string {
	t.Helper()
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s: %s", path, text)
	return string(text)
}
