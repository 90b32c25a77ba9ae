package browser

func runNode() int { return 0 }
