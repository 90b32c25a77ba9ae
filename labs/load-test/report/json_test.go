package report

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	loadtest "example.com/redis-chat/labs/load-test"
)

func TestAReportIsReadAsItWasWritten(t *testing.T) {
	for name, want := range map[string]*loadtest.Report{"full": sample(), "zero": {}} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, WriteJSON(&b, want))
			got, err := ReadJSON(&b)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func TestJSONIsForPeopleToo(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, WriteJSON(&b, sample()))
	require.Contains(t, b.String(), "\n  \"title\": \"compare\"", "indented")
	require.Contains(t, b.String(), "&& echo <done>", "the command as it was typed")
}

func TestWhatIsNoReportIsRefusedWithASentence(t *testing.T) {
	_, err := ReadJSON(strings.NewReader("<html>"))
	require.ErrorContains(t, err, "read a report")

	err = WriteJSON(&bytes.Buffer{}, &loadtest.Report{Seconds: math.NaN()})
	require.ErrorContains(t, err, "write the report as JSON")
}
