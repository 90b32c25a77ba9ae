package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMistakesInTheCallAreOneSentence(t *testing.T) {
	for call, says := range map[string]string{
		"walk":             `learn: unknown word "walk"; learn -h shows what can be said`,
		"list total":       `learn: unexpected argument "total"; learn -h shows what can be said`,
		"-fast":            "learn: flag provided but not defined: -fast; learn -h shows what can be said",
		"-all":             "learn: -all belongs to reset; learn -h shows what can be said",
		"reset":            "learn: reset takes the name of an exercise, or -all; learn -h shows what can be said",
		"reset total -all": "learn: reset takes the name of an exercise, or -all; learn -h shows what can be said",
		"hint total two":   "learn: hint total two: the last word is a number of hints; learn -h shows what can be said",
	} {
		t.Run(call, func(t *testing.T) {
			var out, errOut bytes.Buffer
			require.Equal(t, 2, command(t.Context(), strings.Fields(call), strings.NewReader(""), &out, &errOut))
			require.Equal(t, says+"\n", errOut.String())
		})
	}
}

func TestUnknownExerciseIsTold(t *testing.T) {
	var out, errOut bytes.Buffer
	require.Equal(t, 1, command(t.Context(), []string{"hint", "nothing"}, strings.NewReader(""), &out, &errOut))
	require.Equal(t, "learn: there is no exercise \"nothing\": list shows them all\n", errOut.String())
}

func TestHelpShowsWhatCanBeSaid(t *testing.T) {
	var out, errOut bytes.Buffer
	require.Equal(t, 0, command(t.Context(), []string{"-h"}, strings.NewReader(""), &out, &errOut))
	require.Contains(t, out.String(), "learn reset NAME | -all")
	require.Empty(t, errOut.String())
}

func TestLinesBeginAtTheLeftOfARawTerminal(t *testing.T) {
	var out bytes.Buffer
	n, err := raw{&out}.Write([]byte("one\ntwo\n"))
	require.NoError(t, err)
	require.Equal(t, 8, n)
	require.Equal(t, "one\r\ntwo\r\n", out.String())
}
