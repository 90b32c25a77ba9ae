package basics

import "context"

// Predict asks for a number before it is seen. Whoever has written one down looks at the
// result in another way. With TourOptions.Ask it waits for the answer, which nobody
// judges: the commands below it do.
func (t *Tour) Predict(ctx context.Context, question string) error {
	t.Say("Predict: %s", question)
	if t.options.Ask == nil {
		return nil
	}
	t.printf("your guess> ")
	return t.options.Ask(ctx)
}
