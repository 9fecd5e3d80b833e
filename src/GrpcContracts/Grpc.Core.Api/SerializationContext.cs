using System.Buffers;

namespace Grpc.Core;

/// <summary>Receives one serialized message: a whole array, or writes to a buffer followed by <see cref="Complete()"/>.</summary>
public abstract class SerializationContext
{
    /// <summary>The message is this array, which now belongs to the context.</summary>
    public virtual void Complete(byte[] payload) => throw new NotImplementedException();

    /// <summary>A writer for the message's bytes.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotImplementedException();

    /// <summary>Announces the message's size in bytes, before any is written.</summary>
    public virtual void SetPayloadLength(int payloadLength)
    {
    }

    /// <summary>The message was written completely.</summary>
    public virtual void Complete() => throw new NotImplementedException();
}
