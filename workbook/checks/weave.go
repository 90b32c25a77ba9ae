package checks

import (
	"context"

	"example.com/redis-chat/workbook/weave"
	"example.com/redis-chat/workbook/weave/transcript"
)

// falseFences finds blocks that nothing claims, and code that is not as in the source.
func falseFences(ctx context.Context, root string) ([]string, error) {
	findings, err := weave.Check(ctx, root)
	if err != nil {
		return nil, err
	}
	texts, err := weave.Texts(root)
	return append(findings, transcript.Claims(texts)...), err
}

// falseTranscripts runs what the texts show, and finds what goes otherwise.
func falseTranscripts(ctx context.Context, root string) ([]string, error) {
	outcome, err := transcript.All(ctx, transcript.Options{Root: root, Isolate: true})
	if err == nil && len(outcome.Skipped) > 0 {
		err = notRun(outcome.Skipped)
	}
	return outcome.Findings, err
}
