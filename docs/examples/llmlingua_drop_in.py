"""LLMLingua's call, with specpc inside: only the import has changed."""

from pathlib import Path

from specpc.integrations.llmlingua import PromptCompressor

REPORT = Path(__file__).with_name("harbour-report.md")

chapters = REPORT.read_text(encoding="utf-8").split("\n## ")
compressor = PromptCompressor()
result = compressor.compress_prompt(
    chapters[-3:],
    instruction="Answer from the report of the harbour master.",
    question="Why did construction of the Berth 4 extension come to a halt?",
    rate=0.2,
)
print(result["compressed_prompt"])
print(f"{result['origin_tokens']} -> {result['compressed_tokens']} tokens, {result['rate']}")
