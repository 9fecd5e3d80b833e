using Replication.Core.Records;
using Replication.Core.Records.Index;

namespace Replication.Core.Tests.Records.Index;

public sealed class OrderedIndexTests
{
    private static readonly Comparer<byte[]> ByteOrder = Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    [Fact]
    public void An_empty_index_finds_nothing()
    {
        Assert.False(default(OrderedIndex).Find("a"u8).Exists);
        Assert.False(default(OrderedIndex).From([]).MoveNext());
        Assert.False(default(OrderedIndexCursor).MoveNext());
        Assert.Equal(TestIndex.None, new TestIndex().Remove("a"u8.ToArray()));
    }

    [Fact]
    public void Records_in_order_are_appended_and_any_other_is_refused_and_changes_nothing()
    {
        var builder = new TestIndex();
        var keys = Enumerable.Range(0, 5_000).Select(number => System.Text.Encoding.ASCII.GetBytes($"k{2 * number:D6}")).ToList();
        OrderedIndex middle = default;

        for (var number = 0; number < keys.Count; number++)
        {
            Assert.True(builder.TryAppend(keys[number], number));
            Assert.False(builder.TryAppend(keys[number], number));
            if (number % 97 == 0) Assert.False(builder.TryAppend(keys[number / 2], number));
            if (number % 1_000 == 500) builder.Put(System.Text.Encoding.ASCII.GetBytes($"k{number + 1:D6}"), number);
            if (number == 2_500) middle = builder.Freeze();
        }

        var index = builder.Freeze();
        IndexInvariants.Check(index);
        Assert.Equal(5_005, index.Count);
        for (var number = 0; number < keys.Count; number++) Assert.Equal(number, TestIndex.IndexOf(index.Find(keys[number])));
        Assert.Equal(2_501 + 3, middle.Count);
        Assert.False(middle.Find(keys[2_501]).Exists);
        var found = new List<string>();
        for (var cursor = index.From([]); cursor.MoveNext();) found.Add(System.Text.Encoding.ASCII.GetString(cursor.Current.Key));
        Assert.Equal(found.Order(StringComparer.Ordinal), found);
        Assert.Equal(5_005, found.Count);
        GC.KeepAlive(builder);
    }

    [Theory]
    [InlineData(1, 400, 3)]
    [InlineData(2, 3_000, 4)]
    [InlineData(3, 40_000, 5)]
    [InlineData(4, 60, 1)]
    public void Random_changes_with_freezes_in_between_are_those_of_a_sorted_dictionary(int seed, int keys, int keyBytes)
    {
        var random = new Random(seed);
        var model = new SortedDictionary<byte[], long>(ByteOrder);
        var builder = new TestIndex();
        var frozen = new List<(OrderedIndex Index, List<long> Records)>();

        for (var step = 0; step < 100_000; step++)
        {
            // Phases of growth and of shrinking down to a few records, so that splits and merges happen at every size.
            var grows = step / 20_000 % 2 == 0;
            var key = KeyOf(random.Next(keys), keyBytes);
            if (!grows && random.Next(20) > 0) key = KeyAtOrBehind(builder, key);
            if (random.Next(100) < (grows ? 90 : 5))
            {
                Assert.Equal(model.GetValueOrDefault(key, TestIndex.None), builder.Put(key, step));
                model[key] = step;
            }
            else
            {
                Assert.Equal(model.GetValueOrDefault(key, TestIndex.None), builder.Remove(key));
                model.Remove(key);
            }
            Assert.Equal(model.Count, builder.Count);
            if (random.Next(2_000) != 0) continue;
            frozen.Add((builder.Freeze(), [.. model.Values]));
            IndexInvariants.Check(frozen[^1].Index);
        }

        foreach (var (index, records) in frozen) Assert.Equal(records, builder.All(index));
        Assert.InRange(frozen.Count, 20, 100);
    }

    [Theory]
    [InlineData("ascending")]
    [InlineData("descending")]
    [InlineData("from both ends")]
    [InlineData("shuffled")]
    public void Keys_inserted_in_any_order_stand_in_order_and_can_all_be_removed_again(string order)
    {
        const int Count = 20_000;
        var numbers = Numbers(order, Count);
        var builder = new TestIndex();

        foreach (var number in numbers) builder.Put(KeyOf(number, 4), number);
        var full = builder.Freeze();
        IndexInvariants.Check(full);
        Assert.Equal(Enumerable.Range(0, Count), builder.All(full).Select(number => (int)number));

        for (var i = 0; i < Count; i++)
        {
            Assert.NotEqual(TestIndex.None, builder.Remove(KeyOf(numbers[(i * 7919) % Count], 4)));
            if (i % 997 == 0) IndexInvariants.Check(builder.Freeze());
        }
        Assert.False(builder.Freeze().Root.Exists);
        Assert.Equal(Count, builder.All(full).Count);
        GC.KeepAlive(builder);
    }

    [Fact]
    public void Ascending_keys_fill_their_leaves()
    {
        var builder = new TestIndex();

        for (var number = 0; number < 64 * 200; number++) builder.Put(KeyOf(number, 4), number);

        var leaves = IndexInvariants.Nodes(builder.Freeze()).Count(node => node.IsLeaf);
        Assert.InRange(leaves, 197, 201);
        GC.KeepAlive(builder);
    }

    [Fact]
    public void A_walk_from_any_key_begins_with_the_first_one_at_or_behind_it()
    {
        var builder = new TestIndex();
        for (var number = 1; number <= 6_001; number += 2) builder.Put(KeyOf(number, 3), number);
        var index = builder.Freeze();

        for (var number = 0; number <= 6_001; number++)
        {
            var cursor = index.From(KeyOf(number, 3));
            for (var expected = number | 1; expected < (number | 1) + 6; expected += 2)
            {
                Assert.Equal(expected <= 6_001, cursor.MoveNext());
                if (expected <= 6_001) Assert.Equal(expected, cursor.Current.Index);
            }
        }
        Assert.False(index.From(KeyOf(6_002, 3)).MoveNext());
        Assert.Equal(3_001, builder.All(index).Count);
        GC.KeepAlive(builder);
    }

    [Fact]
    public void A_shorter_key_stands_before_its_continuations_and_bytes_order_without_sign()
    {
        byte[][] keys = [[0], [0, 0], [1], [1, 0xFF], [0x7F], [0x80], [0xFF], [0xFF, 0]];
        var builder = new TestIndex();

        for (var i = keys.Length - 1; i >= 0; i--) builder.Put(keys[i], i);

        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], builder.All(builder.Freeze()));
    }

    [Fact]
    public void Changes_behind_a_freeze_copy_only_the_nodes_on_their_way()
    {
        var builder = new TestIndex();
        for (var number = 0; number < 50_000; number++) builder.Put(KeyOf(number, 4), number);
        var before = builder.Freeze();

        builder.Put(KeyOf(25_000, 4), 50_001);
        var after = builder.Freeze();

        var shared = IndexInvariants.Nodes(before).ToHashSet();
        Assert.InRange(IndexInvariants.Nodes(after).Count(node => !shared.Contains(node)), 2, 4);
        Assert.Equal((25_000, 50_001), (before.Find(KeyOf(25_000, 4)).Index, after.Find(KeyOf(25_000, 4)).Index));
        GC.KeepAlive(builder);
    }

    [Fact]
    public void Branches_that_merge_find_keys_that_came_into_the_gap_between_them()
    {
        const int Leaf = IndexNode.Capacity;
        const int FirstOfRight = Leaf * Leaf * 10;
        var builder = new TestIndex();
        for (var number = 0; number <= FirstOfRight + (Leaf * 10); number += 10) builder.Put(KeyOf(number, 4), number);

        builder.Remove(KeyOf(FirstOfRight, 4)); // the separator of the last leaf is now below its first record …
        for (var number = FirstOfRight + (Leaf * 10); IndexInvariants.Depth(builder.Freeze()) < 3; number += 10) builder.Put(KeyOf(number, 4), number);
        builder.Put(KeyOf(FirstOfRight + 5, 4), 5); // … and this one belongs to the left branch
        for (var number = 0; number < 20 * Leaf * 10; number += 10) builder.Remove(KeyOf(number, 4));
        builder.Remove(KeyOf(FirstOfRight + 20, 4));

        IndexInvariants.Check(builder.Freeze());
        Assert.Equal(2, IndexInvariants.Depth(builder.Freeze()));
        Assert.Equal(5, builder.Find(KeyOf(FirstOfRight + 5, 4)));
        GC.KeepAlive(builder);
    }

    private static int[] Numbers(string order, int count)
    {
        var numbers = Enumerable.Range(0, count).ToArray();
        switch (order)
        {
            case "descending": Array.Reverse(numbers); break;
            case "from both ends": numbers = [.. numbers.Select(number => number % 2 == 0 ? number / 2 : count - 1 - (number / 2))]; break;
            case "shuffled": new Random(5).Shuffle(numbers); break;
        }
        return numbers;
    }

    private static byte[] KeyAtOrBehind(TestIndex builder, byte[] key)
    {
        var cursor = builder.From(key);
        return cursor.MoveNext() ? cursor.Current.Key.ToArray() : key;
    }

    private static byte[] KeyOf(int number, int bytes)
    {
        var key = new byte[bytes];
        for (var i = bytes - 1; i >= 0; i--, number >>= 8) key[i] = (byte)number;
        return key;
    }
}
