"""Learning from decisions: weights are drawn to what people decided, judged on decisions they have not seen."""
