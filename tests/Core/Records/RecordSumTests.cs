using System.Buffers.Binary;
using Replication.Core.Records;

namespace Replication.Core.Tests.Records;

public sealed class RecordSumTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Hashed_side_by_side_messages_have_the_hashes_that_they_have_alone(int messages)
    {
        var random = new Random(messages);
        var lanes = new SipHashLanes(1, 2);
        for (var round = 0; round < 3000; round++)
        {
            // Each length around a word's end, and the longest.
            var contents = Enumerable.Range(0, messages).Select(_ => new byte[random.Next(8) == 0 ? SipHashLanes.MaxBytes - random.Next(9) : random.Next(200)]).ToArray();
            foreach (var content in contents)
            {
                random.NextBytes(content);
                content.CopyTo(lanes.Next(content.Length));
            }

            var hashes = new UInt128[SipHashLanes.Count];
            lanes.Hash(hashes);

            Assert.Equal(0, lanes.Waiting);
            Assert.Equal(contents.Select(content => Alone(content, 1, 2)), hashes[..messages]);
        }
    }

    [Fact]
    public void A_sum_is_what_its_records_add_and_take_one_by_one()
    {
        var random = new Random(5);
        var sum = new RecordSum();
        for (var round = 0; round < 500; round++)
        {
            var expected = StateDigest.Empty;
            for (var i = random.Next(12); i > 0; i--)
            {
                var collection = new byte[random.Next(1, 65)];
                var key = new byte[random.Next(1, random.Next(8) == 0 ? 1025 : 40)];
                var value = new byte[random.Next(8) == 0 ? random.Next(20_000) : random.Next(200)];
                random.NextBytes(key);
                random.NextBytes(value);
                var index = random.NextInt64(long.MaxValue);
                sum.Add(collection, key, value, index);
                expected = expected.Plus(new StateDigest(Alone(Message(collection, key, value, index), 0x7461_6369_6c70_6572, 0x316d_7573_2d6e_6f69)));
            }

            Assert.Equal(expected, sum.Take());
        }
        Assert.Equal(StateDigest.Empty, sum.Take());
    }

    // docs/LOG_FORMAT.md, "State digest"
    private static byte[] Message(byte[] collection, byte[] key, byte[] value, long index)
    {
        var numbers = new byte[14];
        BinaryPrimitives.WriteUInt16LittleEndian(numbers, (ushort)key.Length);
        BinaryPrimitives.WriteInt64LittleEndian(numbers.AsSpan(2), index);
        BinaryPrimitives.WriteInt32LittleEndian(numbers.AsSpan(10), value.Length);
        return [1, (byte)collection.Length, .. collection, .. numbers[..2], .. key, .. numbers[2..], .. value];
    }

    private static UInt128 Alone(byte[] message, ulong key0, ulong key1)
    {
        var hash = new SipHash128(key0, key1);
        hash.Append(message);
        return hash.Finish();
    }
}
