using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Replication.Wire;

/// <summary>
/// Looks at the form of a message before it is unfolded. Two bytes of a message inside another become an object of a hundred bytes, and
/// so does a field that nobody knows, so that a message within its limit of bytes could still fill the memory. And the parser itself
/// overflows where a length is near 2 GiB: a hundred bytes have made it allocate 130 MB.
/// </summary>
public static class MessageParts
{
    /// <summary>Messages inside one message, and fields in it that are not known here: 1,048,576. A commit has at most four for each of its 65,536 operations.</summary>
    public const int Most = 1024 * 1024;

    /// <summary>As deep as the parser goes.</summary>
    private const int DeepestNesting = 100;

    private const int Malformed = -1;

    /// <summary>What is wrong with the form of a message, as the end of a sentence; null when nothing is. Texts and numbers are the parser's to check.</summary>
    /// <param name="descriptor">What it is to be.</param>
    /// <param name="message">Its bytes.</param>
    public static string? Violation(MessageDescriptor descriptor, in ReadOnlySequence<byte> message)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        if (message.IsSingleSegment) return Violation(descriptor, message.FirstSpan);
        var bytes = ArrayPool<byte>.Shared.Rent((int)message.Length);
        try
        {
            message.CopyTo(bytes);
            return Violation(descriptor, bytes.AsSpan(0, (int)message.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static string? Violation(MessageDescriptor descriptor, ReadOnlySpan<byte> message) => Count(descriptor, message, 0, depth: 0) switch
    {
        Malformed => "a field in it ends beyond it, or has a form that is not used",
        > Most => $"it has more than {Most} parts",
        _ => null,
    };

    private static int Count(MessageDescriptor descriptor, ReadOnlySpan<byte> bytes, int parts, int depth)
    {
        while (!bytes.IsEmpty)
        {
            if (!TryReadVarint(ref bytes, out var tag) || tag > uint.MaxValue) return Malformed;
            var field = descriptor.FindFieldByNumber((int)(uint)(tag >> 3));
            if (field is null) parts++;
            if (parts > Most) return parts;
            var length = 0ul;
            switch ((WireFormat.WireType)(tag & 7))
            {
                case WireFormat.WireType.Varint when TryReadVarint(ref bytes, out _):
                    continue;
                case WireFormat.WireType.Fixed64:
                    length = sizeof(ulong);
                    break;
                case WireFormat.WireType.Fixed32:
                    length = sizeof(uint);
                    break;
                case WireFormat.WireType.LengthDelimited when TryReadVarint(ref bytes, out length):
                    break;
                default:
                    return Malformed; // Cut short, or a group: nothing here has one.
            }
            if (length > (ulong)bytes.Length) return Malformed;
            if (field is { FieldType: FieldType.Message } && (WireFormat.WireType)(tag & 7) == WireFormat.WireType.LengthDelimited)
            {
                parts = depth < DeepestNesting ? Count(field.MessageType, bytes[..(int)length], parts + 1, depth + 1) : Malformed;
                if (parts is Malformed or > Most) return parts;
            }
            bytes = bytes[(int)length..];
        }
        return parts;
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        const int MostBytes = 10;
        value = 0;
        for (var i = 0; i < Math.Min(bytes.Length, MostBytes); i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] >= 0x80) continue;
            bytes = bytes[(i + 1)..];
            return true;
        }
        return false;
    }
}
