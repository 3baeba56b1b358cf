"""What programs print: logs, stack traces, diagnostics, indented listings and manuals."""
