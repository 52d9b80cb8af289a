"""Names for a floor: two thirds Chinese, the rest Latin and Cyrillic, none twice."""

from __future__ import annotations

from random import Random

_CHINESE_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_CHINESE_GIVEN = (
    "小明 晓 娜 强 婷 伟 芳 磊 静 敏 丽 洋 艳 勇 杰 娟 涛 超 秀英 霞 平 刚 桂英 丹 梅 鑫 波 玲 辉 红 "
    "雪 慧 建国 佳怡 子涵 雨桐 思远 浩然 梓萱 欣怡 宇航 晨曦 文静 志强 海燕 俊杰 雅琴 一诺 诗涵 天宇 "
    "若曦 明哲 嘉欣 立群 春梅 永强 凤英 玉兰 少华 国栋 婉清 子墨 景行 可欣 瑞雪 乐瑶 书豪 韵寒 云飞 秋月"
)
_LATIN_GIVEN = (
    "Anna José Zoë Björn Chloé Marta Łukasz Søren Inês Tomáš Elif Maria Daniel Renée Nuno Agnieszka Lukas "
    "Sofía Oskar Priya Kofi Amélie Jürgen Noor Viktor Siobhán Mateo Ingrid Tariq Beatriz Émile Hanna Rafael "
    "Leila Piotr Ana Mikkel Yusuf Clara Gábor"
)
_LATIN_FAMILY = (
    "Keller García Novák Müller Kowalska Nielsen Costa O'Connor Yılmaz Lindqvist Dubois Silva Okafor Haddad "
    "Becker Fernández Szabó Moreau Rossi Jensen Popescu Alves Schäfer Mensah Bergström Petit Horváth Santos "
    "Weiß Kaya Núñez Lange Walsh Ferreira Dvořák Sharma"
)
_CYRILLIC_GIVEN = "Зоя Олег Ирина Андрей Наталия Павел Дарья Максим Оксана Тарас Вера Богдан"
_CYRILLIC_FAMILY = "Коваленко Шевченко Бондаренко Савчук Долгих Ткаченко Мельник Черных Петренко Гончар"


def names(count: int, rng: Random) -> list[str]:
    """Return `count` distinct names; every third is not Chinese, and of those every fifth is Cyrillic."""
    others = count // 3
    cyrillic = _drawn(_CYRILLIC_GIVEN.split(), " ", _CYRILLIC_FAMILY.split(), others // 5, rng)
    latin = _drawn(_LATIN_GIVEN.split(), " ", _LATIN_FAMILY.split(), others - len(cyrillic), rng)
    chinese = _drawn(_CHINESE_FAMILY, "", _CHINESE_GIVEN.split(), count - others, rng)
    drawn: list[str] = []
    for place in range(count):
        source = chinese if place % 3 != 2 else cyrillic if place % 15 == 14 else latin
        drawn.append(source.pop())
    return drawn


def _drawn(first: str | list[str], between: str, second: list[str], count: int, rng: Random) -> list[str]:
    """Return `count` distinct pairs of a first and a second part, numbered once all pairs are used up."""
    pairs = len(first) * len(second)
    drawn: list[str] = []
    while len(drawn) < count:
        turn = len(drawn) // pairs
        suffix = f" {turn + 1}" if turn else ""
        drawn += [
            f"{first[pick // len(second)]}{between}{second[pick % len(second)]}{suffix}"
            for pick in rng.sample(range(pairs), min(pairs, count - len(drawn)))
        ]
    return drawn
