# ruff: noqa: E501, W291 - texts as tools write them
"""Assembler: a line comes with the function and the label it stands under."""

from __future__ import annotations

import pytest

from specpc.structure import lay_out
from specpc.structure.code.assembler import lay_out_assembler
from tests.structure.kept import around, kept, units

COMPILED = """\
	.file	"a.c"
	.text
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC0:
	.string	"fits"
	.text
	.globl	fits
	.type	fits, @function
fits:
.LFB11:
	.cfi_startproc
	comisd	8(%rdi), %xmm0
	setbe	%al
	movzbl	%al, %eax
	ret
	.cfi_endproc
	.globl	main
	.type	main, @function
main:
	pushq	%r14
	movl	$1, %ebx
.L4:
	movq	(%r12,%rbx,8), %rsi
	call	printf@PLT
	addq	$1, %rbx
	jne	.L4
	movl	$0, %eax
	ret
"""
DISASSEMBLED = """\

a.o:     file format elf64-x86-64


Disassembly of section .text:

0000000000000000 <fits>:
   0:	66 0f 2f 47 08       	comisd 0x8(%rdi),%xmm0
   5:	0f 96 c0             	setbe  %al
   8:	c3                   	ret

0000000000000010 <main>:
  10:	41 56                	push   %r14
  12:	f2 0f 59 05 00 00 00 	mulsd  0x0(%rip),%xmm0        # 1a <main+0xa>
  19:	00 
  1a:	e8 00 00 00 00       	call   1f <main+0xf>
  1f:	31 c0                	xor    %eax,%eax
  21:	c3                   	ret

Disassembly of section .text.startup:

0000000000000000 <start>:
   0:	f4                   	hlt
   1:	c3                   	ret
"""
LISTED = """\
   1              		.file	"a.c"
   2              		.text
   3              		.globl	main
   5              	main:
   6 0000 4156     		pushq	%r14
   7              	.L4:
   8 0002 F20F5905 		mulsd	.LC2(%rip), %xmm0
   8      00000000 
   9 000a E8000000 		call	printf@PLT
   9      00
  10 000f C3       		ret
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        (COMPILED, "setbe", "fits:\n.LFB11:\n\tsetbe\t%al\n"),
        (COMPILED, "addq", "main:\n.L4:\n\taddq\t$1, %rbx\n"),
        (COMPILED, "pushq", "main:\n\tpushq\t%r14\n"),
        (COMPILED, '"fits"', '.LC0:\n\t.string\t"fits"\n'),
        (DISASSEMBLED, "xor", "0000000000000010 <main>:\n  1f:\t31 c0                \txor    %eax,%eax\n"),
        (
            DISASSEMBLED,
            "mulsd",
            "0000000000000010 <main>:\n  12:\tf2 0f 59 05 00 00 00 \tmulsd  0x0(%rip),%xmm0        # 1a <main+0xa>\n  19:\t00 \n",
        ),
        (DISASSEMBLED, "hlt", "0000000000000000 <start>:\n   0:\tf4                   \thlt\n"),
        (
            LISTED,
            "printf",
            "   5              \tmain:\n   7              \t.L4:\n   9 000a E8000000 \t\tcall\tprintf@PLT\n   9      00\n",
        ),
    ],
)  # fmt: skip
def test_a_line_comes_with_its_function(text: str, part: str, expected: str, line_end: str) -> None:
    text = text.replace("\n", line_end)
    layout = lay_out(text)
    assert layout.kind == "assembler"
    assert kept(layout, text, units(layout)) == text
    assert around(layout, text, part) == expected.replace("\n", line_end)


def test_a_file_is_known_by_its_name() -> None:
    text = "; adds\nadd:\n    mov eax, edi\n    add eax, esi\n    ret\nsub_it:\n    ret\n"
    assert lay_out(text, "add.asm").kind == "assembler"


@pytest.mark.parametrize(
    "text",
    [
        "all: a b\n\tcc -o all a b\n\tstrip all\nclean:\n\trm all\n\trm a\n",
        "switch (x) {\ncase 1:\n    stop;\ndefault:\n    go on\n    and on\n}\n",
        "Note:\n    this is said\n    of all of them\nBut:\n    not of these\n    or those\n",
        "a:\n  b: 1\n  c: 2\nd:\n  e: 3\n  f: 4\n",
        "main:\n" * 9,
        "",
    ],
)
def test_what_is_none_is_left_to_others(text: str) -> None:
    assert lay_out_assembler(text) is None


def test_many_labels_take_one_pass() -> None:
    lay_out_assembler("a:\n\tmov %eax, %ebx\n.L1:\n\tret\n" * 3000)
