package main

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
)

// docs are the texts for people who run nodes. What they say of the program is
// compared with the program.
const docs = "../../../docs/"

func doc(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(docs + name)
	require.NoError(t, err)
	return string(text)
}

// section is a text's part below a heading, up to the next one.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, text, found := strings.Cut(text, "\n## "+heading+"\n")
	require.True(t, found, heading)
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

func TestOperationsNamesEachVariableWithItsDefault(t *testing.T) {
	cmd := program(t, nil, "-h")
	usage, err := cmd.CombinedOutput()
	require.NoError(t, err)
	program := map[string]string{} // variable: default, "" when -h names none
	for _, m := range regexp.MustCompile(`(?m)^  -([a-z-]+).*\n\s+(.*)$`).FindAllStringSubmatch(string(usage), -1) {
		value := ""
		if d := regexp.MustCompile(`\(default:? (.*)\)$`).FindStringSubmatch(m[2]); d != nil {
			value = strings.ToLower(d[1])
		}
		program[strings.ToUpper(strings.ReplaceAll(m[1], "-", "_"))] = value
	}
	require.Greater(t, len(program), 20, "%s", usage)
	table := section(t, doc(t, "operations.md"), "Every variable of a node")
	named := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| ([^|]*) \\|").FindAllStringSubmatch(table, -1) {
		require.NotContains(t, named, m[1], "twice")
		named[m[1]] = m[2]
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(program)), slices.Collect(maps.Keys(named)))
	for variable, value := range program {
		told := strings.ToLower(strings.NewReplacer("as `", "", "`", "", "_", "-").Replace(named[variable]))
		if value != "" {
			require.Equal(t, value, told, variable)
		} else {
			require.Contains(t, []string{"none", "false", "the same host"}, told, variable)
		}
	}
}

// metric is the name of one in a text or an expression; of a histogram, without
// what Prometheus puts behind it.
var metric = regexp.MustCompile(`\b((?:chat|process|go)_[a-z_]+?)(?:_bucket|_sum|_count)?\b`)

func TestOperationsAndAlertsNameTheMetricsThatThereAre(t *testing.T) {
	server := redistest.Start(t).Options().Addr
	authority := certtest.NewAuthority(t)
	pair := authority.Issue(time.Hour, "127.0.0.1") // or there is no metric of its end
	n := start(t, append(at(server, server), "TLS_CERT="+pair.CertFile, "TLS_KEY="+pair.KeyFile)...)
	status, page := fetchTLS(t, n.url+"/metrics", believing(t, authority))
	require.Equal(t, 200, status)
	there := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+) `).FindAllStringSubmatch(page, -1) {
		there[m[1]] = true
	}
	there["chat_part_ready"] = true // of a lab's nodes: workbook/deploy asks one of them
	told := map[string]bool{}
	for _, name := range []string{"operations.md", "alerts.yml"} {
		for _, m := range metric.FindAllStringSubmatch(doc(t, name), -1) {
			require.Contains(t, there, m[1], "%s names it", name)
			told[m[1]] = true
		}
	}
	for name := range there {
		if strings.HasPrefix(name, "chat_") {
			require.Contains(t, told, name, "operations.md explains each")
		}
	}
}

// sources is what the programs of these folders say: the code, without comments, and
// with sentences of several lines as one.
func sources(t *testing.T, folders ...string) string {
	t.Helper()
	var source strings.Builder
	for _, folder := range folders {
		files, err := fs.Glob(os.DirFS("../../../"+folder), "*.go")
		require.NoError(t, err)
		require.NotEmpty(t, files, folder)
		for _, name := range files {
			if !strings.HasSuffix(name, "_test.go") {
				text, err := os.ReadFile(filepath.Join("../../..", folder, name))
				require.NoError(t, err)
				text = bytes.ReplaceAll(text, []byte("%w; publish to"), []byte(replication.ErrReplica.Error()+"; publish to"))
				text = regexp.MustCompile(`(?m)^\s*//.*$`).ReplaceAll(text, nil) // what a comment says is logged by nobody
				source.Write(regexp.MustCompile(`" \+\n\s*"`).ReplaceAll(text, nil))
			}
		}
	}
	return source.String()
}

// What the lessons show of a program's words is what the program says. A line is cut
// at what differs from run to run; each piece of three words or more is looked for.
func TestLessonsQuoteWhatTheProgramsSay(t *testing.T) {
	source := sources(t, "01-redis-basics/dial", "02-replication", "02-replication/sentinel", "03-pubsub", "03-pubsub/cmd/subscribe", "03-pubsub/cmd/publish",
		"04-websocket-chat", "04-websocket-chat/node", "04-websocket-chat/talk", "05-distributed-relay", "05-distributed-relay/node")
	said := regexp.MustCompile(`(?m)^(?:\* |-- |talk: |\d receivers? |publish at |… level=|\{"ready":false).*$`)
	differs := regexp.MustCompile(`\S*\d\S*|[*":;,()]|--|msg=|connect: .*|\b(?:EOF|alice|bob|lobby|vm)\b`)
	for lesson, least := range map[string]int{"03-pubsub": 12, "05-distributed-relay": 8} {
		text, err := os.ReadFile("../../../" + lesson + "/README.md")
		require.NoError(t, err)
		pieces := 0
		for i, block := range strings.Split(string(text), "\n```") {
			if i%2 == 0 {
				continue
			}
			for _, line := range said.FindAllString(block, -1) {
				for _, piece := range differs.Split(line, -1) {
					if piece = strings.TrimSpace(piece); strings.Count(piece, " ") >= 2 {
						require.Contains(t, source, piece, "%s: %s", lesson, line)
						pieces++
					}
				}
			}
		}
		require.GreaterOrEqual(t, pieces, least, lesson)
	}
}

// Every line that the table of troubles begins with is one that the program can log.
func TestOperationsExplainsLinesThatTheProgramLogs(t *testing.T) {
	source := sources(t, "01-redis-basics/dial", "01-redis-basics/keypair", "02-replication", "02-replication/sentinel", "03-pubsub", "04-websocket-chat", "04-websocket-chat/admin", "04-websocket-chat/node",
		"05-distributed-relay", "05-distributed-relay/node")
	lines := section(t, doc(t, "operations.md"), "What you see, what it means, what to do")
	lines, _, _ = strings.Cut(lines, "What a client is told:")
	told := 0
	for _, row := range regexp.MustCompile("(?m)^\\| (?:… )?`[^|]*\\|").FindAllString(lines, -1) {
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row, -1) {
			require.True(t, strings.Contains(source, m[1]), "no source has it: %s", m[1])
			told++
		}
	}
	require.Greater(t, told, 15)
	for _, m := range regexp.MustCompile(`[lL]og\.(?:Warn|Error)\("([^"]+)"`).FindAllStringSubmatch(source, -1) {
		require.True(t, strings.Contains(lines, m[1]) || strings.Contains(lines, strings.SplitN(m[1], ",", 2)[0]), "not explained: %s", m[1])
	}
}
