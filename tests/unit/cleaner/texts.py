"""A flattened page of our own."""

P1 = "The lake states agreed on Tuesday to share their water for another ten years, the ministry said."
P2 = "Officials in the capital declined to say what the deal would cost the farmers downstream."
P3 = "Talks resume in the spring, when the snow of the high valleys melts."

FLATTENED = f"""World

Lake States Strengthen Water Pact Amid Long Drought

TOPSHOT-LAKES-WATER-TREATY-DROUGHT
Photo by ANNA WESTERBERG/HPA via Quay Images

{P1}

{P2}

Read more: How the lakes began to fall

"We have waited for this," said one farmer.

{P3}


Real Time Analytics"""
