"""Colours that the colour-blind can tell apart (Okabe and Ito, 2008). A colour never speaks alone: a shape and a word stand beside it."""

ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#777777"
INK = "#222222"

LEVEL = {
    "absolute": VERMILLION,
    "relative": ORANGE,
    "technical": BLUE,
    "advisory": SKY,
    "indeterminate": PURPLE,
    "clear": GREY,
}

RECOMMENDATION = {
    "stop": "absolute",
    "delay": "absolute",
    "correct": "relative",
    "cannot-tell": "indeterminate",
    "proceed": "clear",
}
