using System.Buffers;

namespace Grpc.Core;

/// <summary>Gives out the bytes of one received message, once.</summary>
public abstract class DeserializationContext
{
    /// <summary>The message's size in bytes.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>The message as an array that the caller owns.</summary>
    public abstract byte[] PayloadAsNewBuffer();

    /// <summary>The message without a copy, valid only until deserialization returns.</summary>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(PayloadAsNewBuffer());
}
