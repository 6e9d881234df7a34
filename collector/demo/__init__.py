"""The demo website: a small bicycle workshop whose pages carry the pixel and the banner."""

from flask import Blueprint

blueprint = Blueprint("demo", __name__)
