using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Replication.Node.Services.Limits;

namespace Replication.Node.Services;

/// <summary>
/// The methods of a service, each request of which is checked while it is read: what is no message is the caller's error and answered as
/// such, not a failure of this node.
/// </summary>
/// <param name="service">One object that answers all calls.</param>
/// <param name="bind">The generated list of its methods.</param>
/// <param name="patience">How long one message of a stream of answers may take to be read.</param>
/// <param name="time">The clock.</param>
internal sealed class CheckedMethods<TService>(TService service, Action<ServiceBinderBase, TService> bind, TimeSpan patience, TimeProvider time) : IServiceMethodProvider<TService>
    where TService : class
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context) => bind(new Binder(context, patience, time), service);

    private sealed class Binder(ServiceMethodProviderContext<TService> context, TimeSpan patience, TimeProvider time) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            context.AddUnaryMethod(Checked(method), [], (_, request, call) => handler!(request, call));

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
            context.AddClientStreamingMethod(Checked(method), [], (_, requests, call) => handler!(requests, call));

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            context.AddServerStreamingMethod(Checked(method), [], (_, request, responses, call) => handler!(request, Patient(responses), call));

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            context.AddDuplexStreamingMethod(Checked(method), [], (_, requests, responses, call) => handler!(requests, Patient(responses), call));

        private PatientWriter<TResponse> Patient<TResponse>(IServerStreamWriter<TResponse> responses) => new(responses, patience, time);

        private static Method<TRequest, TResponse> Checked<TRequest, TResponse>(Method<TRequest, TResponse> method)
            where TRequest : class
            where TResponse : class =>
            new(method.Type, method.ServiceName, method.Name, CheckedRequests.Of(method.RequestMarshaller), method.ResponseMarshaller);
    }
}
