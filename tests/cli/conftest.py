"""The cache, model and Hub of the tests of drafts, for the commands that use them."""

from tests.drafts.conftest import cache, hub, model_folder

__all__ = ["cache", "hub", "model_folder"]
