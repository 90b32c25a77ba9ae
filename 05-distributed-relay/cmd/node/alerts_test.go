package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"example.com/redis-chat/01-redis-basics/redistest"
)

// rule is an alert as Prometheus reads it; other keys are a mistake.
type rule struct {
	Alert, Expr, For    string
	Labels, Annotations map[string]string
}

func rules(t *testing.T) []rule {
	t.Helper()
	var file struct {
		Groups []struct {
			Name  string
			Rules []rule
		}
	}
	decoder := yaml.NewDecoder(strings.NewReader(doc(t, "alerts.yml")))
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(&file))
	require.Len(t, file.Groups, 1)
	require.NotEmpty(t, file.Groups[0].Rules)
	return file.Groups[0].Rules
}

func TestAlertsHaveTheFormThatPrometheusReads(t *testing.T) {
	require.Contains(t, doc(t, "operations.md"), "```yaml\n"+doc(t, "alerts.yml")+"```\n", "the text shows the file as it is")
	cases, err := os.ReadFile("testdata/alerts_test.yml")
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, r := range rules(t) {
		require.Regexp(t, `^Chat[A-Za-z]+$`, r.Alert)
		require.NotContains(t, seen, r.Alert, "twice")
		seen[r.Alert] = true
		require.Regexp(t, `^(\d+[smh])?$`, r.For, r.Alert)
		require.Contains(t, []string{"page", "warn"}, r.Labels["severity"], r.Alert)
		require.Contains(t, r.Annotations["summary"], "{{ $labels.instance }}", r.Alert)
		require.Regexp(t, metric.String()+`|^up\{`, r.Expr, r.Alert)
		require.Equal(t, strings.Count(r.Expr, "("), strings.Count(r.Expr, ")"), r.Alert)
		require.GreaterOrEqual(t, bytes.Count(cases, []byte(r.Alert)), 2, "promtool's test tries %s: silent, and firing", r.Alert)
	}
}

// edges has for each number in an alert a case that fails when it were another.
const edges = "testdata/alerts_edges_test.yml"

const whatPromtoolProves = "names and form of the alerts are tested, their expressions are not"

func TestAlertsFireWhenTheyShould(t *testing.T) {
	promtool := redistest.NeedsProgram(t, "promtool", "REQUIRE_PROMTOOL", whatPromtoolProves)
	for _, args := range [][]string{{"check", "rules", docs + "alerts.yml"}, {"test", "rules", "testdata/alerts_test.yml"}, {"test", "rules", edges}} {
		out, err := exec.Command(promtool, args...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
}

// A threshold that nothing tries can be any number: so each number is changed, and promtool's tests must notice.
func TestEachNumberOfAnAlertIsTriedFromBothSides(t *testing.T) {
	promtool := redistest.NeedsProgram(t, "promtool", "REQUIRE_PROMTOOL", whatPromtoolProves)
	for _, r := range rules(t) {
		_, lines, _ := strings.Cut(doc(t, "alerts.yml"), "- alert: "+r.Alert+"\n")
		lines, _, _ = strings.Cut(lines, "labels:") // expression and "for" stand before
		found := alertNumber.FindAllStringSubmatchIndex(lines, -1)
		require.NotEmpty(t, found, r.Alert)
		for _, n := range found {
			from, to := n[2], n[3]
			for _, other := range neighbours(t, lines[from:to]) {
				t.Run(r.Alert+" "+lines[from:to]+" as "+other, func(t *testing.T) {
					t.Parallel()
					requireNoticed(t, promtool, r.Alert, lines[:from]+other+lines[to:])
				})
			}
		}
	}
}

// alertNumber is a number or a length of time in an alert, and not a part of a name.
var alertNumber = regexp.MustCompile(`[ (\[]([0-9.]+[smh]?)[\n)\] ,]`)

// neighbours are a smaller number and a greater one.
func neighbours(t *testing.T, number string) []string {
	t.Helper()
	unit := strings.TrimLeft(number, "0123456789.")
	n, err := strconv.ParseFloat(strings.TrimSuffix(number, unit), 64)
	require.NoError(t, err)
	switch {
	case unit == "s":
		return []string{"0s", fmt.Sprint(n*2, unit)}
	case unit != "":
		return []string{fmt.Sprint(n*30, "s"), fmt.Sprint(n*2, unit)}
	case n == 0:
		return []string{"-0.1", "0.1"}
	}
	return []string{fmt.Sprint(n * 0.9), fmt.Sprint(n * 1.1)}
}

// requireNoticed runs promtool's tests of one alert on other lines, which they must refuse.
func requireNoticed(t *testing.T, promtool, alert, lines string) {
	t.Helper()
	cases, err := os.ReadFile(edges)
	require.NoError(t, err)
	cases = bytes.Replace(cases, []byte("../../../../docs/alerts.yml"), []byte("alerts.yml"), 1)
	cases = regexp.MustCompile(`(?m)^.*alertname=.*\n`).ReplaceAllFunc(cases, func(line []byte) []byte {
		if !bytes.Contains(line, []byte(strconv.Quote(alert))) {
			return nil // that alert is not there now
		}
		return line
	})
	dir := t.TempDir()
	rules := "groups:\n  - name: chat\n    rules:\n      - alert: " + alert + "\n" + lines
	require.NoError(t, os.WriteFile(filepath.Join(dir, "alerts.yml"), []byte(rules), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cases.yml"), cases, 0o600))
	out, err := exec.Command(promtool, "test", "rules", filepath.Join(dir, "cases.yml")).CombinedOutput()
	require.Error(t, err, "%s has no case that tells this rule from the true one:\n%s", edges, lines)
	require.Contains(t, string(out), "exp:", "the cases do not run: %s", lines) // what was wanted, and what came
}
