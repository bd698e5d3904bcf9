"""Tiny random models of many architectures and a tokenizer trained on a few words."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
import transformers
from lm_eval.api.instance import Instance

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

WORDS = ["the", "valence", "is", "arousal", "of", "a", "face", "anger", "fear", "joy", "happy", "sad", "calm", "0.5"]
MAX_LENGTH = 96
CHAT_TEMPLATE = "{% for m in messages %}<s>{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant: "

WIDE = {"vocab_size": 300, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
HEADS = {"num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": MAX_LENGTH}
GROUPED = WIDE | HEADS | {"head_dim": 8}
CONFIGS: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("Llama", GROUPED),
    "llama-eager": ("Llama", GROUPED | {"attn_implementation": "eager"}),
    "qwen2": ("Qwen2", WIDE | HEADS),
    "qwen3": ("Qwen3", GROUPED),
    "gpt2": ("GPT2", {"vocab_size": 300, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": MAX_LENGTH}),
    "neox": ("GPTNeoX", WIDE | {"num_attention_heads": 4, "max_position_embeddings": MAX_LENGTH}),
    "mistral": ("Mistral", GROUPED | {"sliding_window": 16}),
    "gemma": ("Gemma", GROUPED),
    "gemma2": ("Gemma2", GROUPED | {"sliding_window": 16, "query_pre_attn_scalar": 8}),
    "gemma3": ("Gemma3Text", GROUPED | {"sliding_window": 16, "query_pre_attn_scalar": 8, "num_hidden_layers": 6}),
    "phi": ("Phi", WIDE | {"num_attention_heads": 4, "max_position_embeddings": MAX_LENGTH}),
    "phi3": ("Phi3", WIDE | HEADS | {"pad_token_id": 0}),
    "opt": ("OPT", {"vocab_size": 300, "hidden_size": 32, "word_embed_proj_dim": 32, "ffn_dim": 64}
            | {"num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": MAX_LENGTH}),
    "mixtral": ("Mixtral", GROUPED | {"num_local_experts": 4}),
    "bloom": ("Bloom", {"vocab_size": 300, "hidden_size": 32, "n_layer": 2, "n_head": 4}),
    "mpt": ("Mpt", {"vocab_size": 300, "d_model": 32, "n_layers": 2, "n_heads": 4, "max_seq_len": MAX_LENGTH}),
    "mamba": ("Mamba", {"vocab_size": 300, "hidden_size": 32, "num_hidden_layers": 2, "state_size": 8}),
    "falcon-h1": ("FalconH1", GROUPED | {"mamba_d_ssm": 32, "mamba_n_heads": 4, "mamba_d_head": 8, "mamba_d_state": 8}),
}  # fmt: skip


def random_model(name: str, dtype: torch.dtype = torch.float32) -> PreTrainedModel:
    """Return a model whose weights are large enough for every token of the context to matter."""
    kind, options = CONFIGS[name]
    torch.manual_seed(0)
    model = transformers.AutoModelForCausalLM.from_config(getattr(transformers, f"{kind}Config")(**options))
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.15)
    return model.to(dtype).eval()


@functools.cache
def tokenizer() -> PreTrainedTokenizerFast:
    """Return a byte-level BPE tokenizer of 300 tokens, trained here."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator([" ".join(WORDS)] * 5, trainer)
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=bpe, bos_token="<s>", eos_token="</s>")
    made.chat_template = CHAT_TEMPLATE
    return made


def likelihood_requests(pairs: Sequence[tuple[str, str]]) -> list[Instance]:
    """Return the requests of (context, continuation) texts."""
    return [Instance("loglikelihood", {}, pair, index, ("task", index, 1)) for index, pair in enumerate(pairs)]


def generation_requests(prompts: Sequence[str], **arguments: Any) -> list[Instance]:
    """Return greedy requests for six tokens, unless the arguments say otherwise."""
    given = {"until": ["\n\n"], "max_gen_toks": 6, "do_sample": False} | arguments
    return [Instance("generate_until", {}, (prompt, given), i, ("task", i, 1)) for i, prompt in enumerate(prompts)]
