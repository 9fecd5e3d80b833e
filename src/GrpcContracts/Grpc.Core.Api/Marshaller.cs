using Grpc.Core.Utils;

namespace Grpc.Core;

/// <summary>
/// Turns messages into bytes and back, whole arrays at a time or through a context; either form is derived from the other.
/// </summary>
public class Marshaller<T>
{
    /// <summary>Made of functions over arrays.</summary>
    public Marshaller(Func<T, byte[]> serializer, Func<byte[], T> deserializer)
    {
        Serializer = GrpcPreconditions.CheckNotNull(serializer, nameof(serializer));
        Deserializer = GrpcPreconditions.CheckNotNull(deserializer, nameof(deserializer));
        ContextualSerializer = (message, context) => context.Complete(serializer(message));
        ContextualDeserializer = context => deserializer(context.PayloadAsNewBuffer());
    }

    /// <summary>Made of functions over contexts, which need no array per message.</summary>
    public Marshaller(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer)
    {
        ContextualSerializer = GrpcPreconditions.CheckNotNull(serializer, nameof(serializer));
        ContextualDeserializer = GrpcPreconditions.CheckNotNull(deserializer, nameof(deserializer));
        Serializer = _ => throw new NotImplementedException("This marshaller has a contextual serializer only.");
        Deserializer = _ => throw new NotImplementedException("This marshaller has a contextual deserializer only.");
    }

    /// <summary>Message to array; throws if the marshaller was made of contextual functions.</summary>
    public Func<T, byte[]> Serializer { get; }

    /// <summary>Array to message; throws if the marshaller was made of contextual functions.</summary>
    public Func<byte[], T> Deserializer { get; }

    /// <summary>Writes a message into a context.</summary>
    public Action<T, SerializationContext> ContextualSerializer { get; }

    /// <summary>Reads a message out of a context.</summary>
    public Func<DeserializationContext, T> ContextualDeserializer { get; }
}
