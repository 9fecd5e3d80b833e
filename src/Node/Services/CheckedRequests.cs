using Google.Protobuf;
using Grpc.Core;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Node.Services;

/// <summary>Reads requests from whoever sends them.</summary>
internal static class CheckedRequests
{
    /// <summary>A marshaller whose failures say INVALID_ARGUMENT and what is wrong. Reading has no effects, so that whatever fails in it is the message's fault.</summary>
    public static Marshaller<TRequest> Of<TRequest>(Marshaller<TRequest> marshaller)
        where TRequest : class
    {
        var descriptor = (Activator.CreateInstance<TRequest>() as IMessage)!.Descriptor;
        return Marshallers.Create(marshaller.ContextualSerializer, context =>
        {
            if (MessageParts.Violation(descriptor, context.PayloadAsReadOnlySequence()) is { } violation)
                throw Errors.Failure(Error.Types.Code.InvalidArgument, $"What was sent is no {descriptor.FullName} that is accepted: {violation}.");
            try
            {
                return marshaller.ContextualDeserializer(context);
            }
            catch (Exception malformed) when (malformed is not OutOfMemoryException)
            {
                throw Errors.Failure(Error.Types.Code.InvalidArgument, $"What was sent is no {descriptor.FullName}: {malformed.Message}");
            }
        });
    }
}
