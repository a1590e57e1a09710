// Which emoji the demo's pictures show. Names are Unicode's (CLDR short names), as the emoji packages spell them.

export const labels = ['animal', 'food'] as const

export type Label = (typeof labels)[number]

/**
 * Drawn by every maker of the training and validation parts: as many animals as foods. Left out on purpose: plants,
 * dragons and the extinct (not animals one meets), crabs and shrimps (both animal and food), drinks, cutlery and
 * boxes (not food), and second drawings of one animal.
 */
export const shown: Record<Label, readonly string[]> = {
  animal: names(`
    ant baby-chick badger bat bear beaver beetle bird bison blowfish boar bug butterfly camel cat cat-face
    chicken chipmunk cockroach cow cow-face cricket crocodile deer dog dog-face donkey dove duck eagle fish
    flamingo fly fox frog giraffe goat goose gorilla hamster hedgehog hippopotamus honeybee horse horse-face
    jellyfish kangaroo lady-beetle leopard lion lizard llama monkey monkey-face moose mosquito mouse mouse-face
    octopus orangutan otter owl ox panda parrot peacock pig pig-face polar-bear poodle rabbit rabbit-face
    raccoon ram rat rhinoceros rooster scorpion seal shark skunk sloth snail snake spider swan tiger tiger-face
    tropical-fish turkey turtle whale wolf worm zebra`),
  food: names(`
    avocado bacon bagel baguette-bread banana beans bell-pepper bento-box birthday-cake blueberries bread
    broccoli brown-mushroom burrito butter candy carrot cheese-wedge chestnut chocolate-bar coconut cooked-rice
    cookie cooking croissant cucumber cupcake curry-rice custard cut-of-meat dango dumpling ear-of-corn egg
    eggplant falafel fish-cake-with-swirl flatbread fondue fortune-cookie french-fries fried-shrimp garlic
    ginger-root grapes green-apple green-salad honey-pot hot-dog hot-pepper ice-cream kiwi-fruit leafy-green
    lemon lime lollipop mango meat-on-bone melon moon-cake oden olive onion pancakes pea-pod peach peanuts pear
    pie pineapple pizza popcorn pot-of-food potato poultry-leg pretzel red-apple rice-ball rice-cracker
    roasted-sweet-potato sandwich shallow-pan-of-food shaved-ice shortcake soft-ice-cream spaghetti
    steaming-bowl strawberry stuffed-flatbread taco tamale tangerine tomato waffle watermelon`),
}

/** Shown by nobody in training or validation: the demo classifies these at its end, drawn by a fourth maker. */
export const unseen: Record<Label, readonly string[]> = {
  animal: names('dolphin elephant koala penguin'),
  food: names('cherries doughnut hamburger sushi'),
}

function names(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
