"""specpc inside other frameworks, one module each; none is imported unless it is asked for."""
