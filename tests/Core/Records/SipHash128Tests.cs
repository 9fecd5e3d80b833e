using System.Buffers.Binary;
using Replication.Core.Records;

namespace Replication.Core.Tests.Records;

public sealed class SipHash128Tests
{
    // vectors_sip128 of the authors' reference implementation: key 00..0f, messages empty, 00, 00 01, 00 01 02, …
    private static readonly string[] Vectors =
    [
        "a3817f04ba25a8e66df67214c7550293",
        "da87c1d86b99af44347659119b22fc45",
        "8177228da4a45dc7fca38bdef60affe4",
        "9c70b60c5267a94e5f33b6b02985ed51",
        "f88164c12d9c8faf7d0f6e7c7bcd5579",
        "1368875980776f8854527a07690e9627",
        "14eeca338b208613485ea0308fd7a15e",
        "a1f1ebbed8dbc153c0b84aa61ff08239",
        "3b62a9ba6258f5610f83e264f31497b4",
        "264499060ad9baabc47f8b02bb6d71ed",
    ];

    [Fact]
    public void The_reference_vectors_come_out()
    {
        for (var length = 0; length < Vectors.Length; length++)
            Assert.Equal(Vectors[length], Hash(Message(length)));
    }

    [Fact]
    public void Cut_into_pieces_at_every_place_a_message_has_the_same_hash()
    {
        var message = Message(41);
        var whole = Hash(message);

        for (var first = 0; first <= message.Length; first++)
            for (var second = first; second <= message.Length; second++)
                Assert.Equal(whole, Hash(message[..first], message[first..second], message[second..]));
    }

    [Fact]
    public void Byte_by_byte_a_message_has_the_same_hash()
    {
        var message = Message(300);

        Assert.Equal(Hash(message), Hash([.. message.Select(value => new[] { value })]));
    }

    private static byte[] Message(int length) => [.. Enumerable.Range(0, length).Select(value => (byte)value)];

    private static string Hash(params byte[][] pieces)
    {
        var key = Message(16);
        var hash = new SipHash128(BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key.AsSpan(8)));
        foreach (var piece in pieces) hash.Append(piece);
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, hash.Finish());
        return Convert.ToHexStringLower(bytes);
    }
}
