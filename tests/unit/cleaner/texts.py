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
MORE = (
    "The farmers of the east bank have asked for water since May, when the last of the snow on the Mere was gone.",
    "Minister Hanne Vik said that she would not open the sluices before the three governments had signed.",
    "In Orrin the price of a cart of hay has doubled within a month, and two dairies have closed.",
    "An engineer of the lake board, Tomas Reyl, proposed to let a tenth of the water through each night.",
)
